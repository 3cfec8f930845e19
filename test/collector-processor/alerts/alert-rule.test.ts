import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ALERT_NAME, alertRuleFile } from '../../../collector-processor/src/alerts/alert-rule.ts'
import type { Recommendation, State } from '../../../collector-processor/src/recommendation/recommendation.ts'
import { type Point, recommendationSeries } from '../../../collector-processor/src/recommendation/series.ts'
import { prometheusLabel, prometheusName } from '../../../sdk/src/contract/index.ts'
import { promtool, testRules } from '../../support/promtool.ts'
import { sampleRecommendation, sampleReport } from '../../support/recommendations.ts'

const ruleFile = resolve(import.meta.dirname, '../../../docker/rules/pitwall.yaml')

/** A point as promtool writes series; `samples` in its notation. */
function series({ metric, attributes, value }: Point, samples = `${value}x20`, identity = 'a'): { series: string; values: string } {
  const labels = Object.entries({ ...attributes, 'service.instance.id': identity })
    .filter(([, text]) => text !== '')
    .map(([key, text]) => `${prometheusLabel(key)}=${JSON.stringify(text)}`)
  return { series: `${prometheusName(metric)}{${labels.join(',')}}`, values: samples }
}

const seriesOf = (recommendation: Recommendation): { series: string; values: string }[] =>
  recommendationSeries(sampleReport(recommendation)).map((point) => series(point))

/** Resolves to promtool's `SUCCESS` when the real engine raises exactly these alerts after five minutes, else rejects. */
async function raises(input: { series: string; values: string }[], alerts: unknown[]): Promise<string> {
  const outputs = await testRules({
    rule_files: [ruleFile],
    evaluation_interval: '15s',
    tests: [{ interval: '15s', input_series: input, alert_rule_test: [{ eval_time: '5m', alertname: ALERT_NAME, exp_alerts: alerts }] }],
  })
  return outputs.join('')
}

const alert = {
  exp_labels: {
    id: '0123456789',
    rule: 'undersized-cache',
    service: 'travel-agent',
    subject: 'searchFlights',
    location: 'src/search.ts:42',
    priority: 'high',
    effort: 'minutes',
    phase: 'quick-win',
    severity: 'info',
  },
  exp_annotations: {
    summary: 'Enlarge the cache searchFlights (travel-agent)',
    description: 'Set maxEntries of searchFlights from 100 to 800. Predicted saving: 0.42 s/s (0.351 s/s to 0.5 s/s).',
    location: 'src/search.ts:42',
    runbook_url: 'http://127.0.0.1:9465/rules/undersized-cache',
  },
}

describe('the alert rule', () => {
  it('is made from the contract and committed', async () => {
    await expect(alertRuleFile()).toMatchFileSnapshot(ruleFile)
  })

  it('is accepted by promtool 2 and 3 without a complaint', async () => {
    for (const output of await promtool('check', 'rules', '--lint-fatal', ruleFile)) expect(output).toContain('1 rules found')
  })

  it('holds back for as long as it is told to', () => {
    expect(alertRuleFile({ for: '10m' })).toContain('for: 10m')
  })

  it('says what to do, where, and what it saves with the interval', async () => {
    await expect(raises(seriesOf(sampleRecommendation()), [alert])).resolves.toContain('SUCCESS')
  })

  it('keeps firing for an accepted recommendation', async () => {
    await expect(raises(seriesOf(sampleRecommendation({ state: 'accepted' })), [alert])).resolves.toContain('SUCCESS')
  })

  it('writes bytes and shares as people do', async () => {
    const bytes = sampleRecommendation({ saving: { unit: 'By', lower: 1_048_576, likely: 2_097_152, upper: 4_194_304 } })
    const share = sampleRecommendation({ id: 'aaaaaaaaaa', saving: { unit: 'ratio', lower: 0.1, likely: 0.125, upper: 0.2 } })
    const saying = (id: string, saving: string): unknown => ({
      exp_labels: { ...alert.exp_labels, id },
      exp_annotations: {
        ...alert.exp_annotations,
        description: `Set maxEntries of searchFlights from 100 to 800. Predicted saving: ${saving}.`,
      },
    })
    await expect(
      raises(
        [...seriesOf(bytes), ...seriesOf(share)],
        [saying('0123456789', '2MiB (1MiB to 4MiB)'), saying('aaaaaaaaaa', '12.5% (10% to 20%)')],
      ),
    ).resolves.toContain('SUCCESS')
  })

  it('leaves out a location that is not known', async () => {
    const { location: _, ...labels } = alert.exp_labels
    await expect(
      raises(seriesOf(sampleRecommendation({ location: '' })), [
        { exp_labels: labels, exp_annotations: { ...alert.exp_annotations, location: '' } },
      ]),
    ).resolves.toContain('SUCCESS')
  })

  it('takes names from telemetry as text, not as template or PromQL', async () => {
    const name = `{{ query "up" }} 'x"`
    await expect(
      raises(seriesOf(sampleRecommendation({ subject: name, title: `Cache ${name}` })), [
        {
          exp_labels: { ...alert.exp_labels, subject: name },
          exp_annotations: { ...alert.exp_annotations, summary: `Cache ${name} (travel-agent)` },
        },
      ]),
    ).resolves.toContain('SUCCESS')
  })

  it('raises one alert when two optimizers say the same, and when the state has just changed', async () => {
    const points = recommendationSeries(sampleReport(sampleRecommendation()))
    const before = recommendationSeries(sampleReport(sampleRecommendation({ state: 'accepted' })))
    const input = [
      ...points.map((point) => series(point)),
      ...points.map((point) => series(point, undefined, 'b')),
      ...before.slice(0, 1).map((point) => series(point)),
    ]
    await expect(raises(input, [alert])).resolves.toContain('SUCCESS')
  })

  it('raises one alert, and never another, when two optimizers side by side differ in numbers and priority', async () => {
    const [a, b] = [
      sampleRecommendation(),
      sampleRecommendation({ priority: 'medium', saving: { unit: 's/s', lower: 0.34, likely: 0.4, upper: 0.5 } }),
    ]
    const of = (recommendation: Recommendation, identity: string): { series: string; values: string }[] =>
      recommendationSeries(sampleReport(recommendation)).map((point) => series(point, undefined, identity))
    // Whose priority it has does not matter. One that it had before would be a series more.
    const everRaised = { expr: `count(last_over_time(ALERTS{alertname="${ALERT_NAME}"}[10m]))`, eval_time: '10m' }
    const outputs = await testRules({
      rule_files: [ruleFile],
      evaluation_interval: '15s',
      tests: [
        {
          interval: '15s',
          input_series: [...of(b, 'a'), ...of(a, 'b')],
          promql_expr_test: [{ ...everRaised, exp_samples: [{ labels: '{}', value: 1 }] }],
        },
      ],
    })
    expect(outputs.join('')).toContain('SUCCESS')
  })

  it.each<State>(['applied', 'verified', 'refuted', 'stale', 'dismissed'])(
    'stays silent for a recommendation that is %s',
    async (state) => {
      await expect(raises(seriesOf(sampleRecommendation({ state })), [])).resolves.toContain('SUCCESS')
    },
  )

  it('stays silent when the saving may be nothing', async () => {
    await expect(
      raises(seriesOf(sampleRecommendation({ saving: { unit: 's/s', lower: 0, likely: 0.3, upper: 0.5 } })), []),
    ).resolves.toContain('SUCCESS')
  })

  it('stays silent without data', async () => {
    await expect(raises([], [])).resolves.toContain('SUCCESS')
  })

  it('resolves when the series have ended', async () => {
    const points = recommendationSeries(sampleReport(sampleRecommendation()))
    await expect(
      raises(
        points.map((point) => series(point, `${point.value}x10 stale`)),
        [],
      ),
    ).resolves.toContain('SUCCESS')
  })
})
