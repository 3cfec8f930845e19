import { advice, prometheusName, runtime } from '@pitwall/sdk/contract'
import { describe, expect, it } from 'vitest'
import { runCycle } from '../../collector-processor/src/cycle.ts'
import type { Emitter } from '../../collector-processor/src/emitters/emitter.ts'
import type { PrometheusClient, RangeSeries } from '../../collector-processor/src/prometheus/client.ts'
import { growthInWindow } from '../../collector-processor/src/prediction/window.ts'
import { PrometheusError } from '../../collector-processor/src/prometheus/error.ts'
import { questions } from '../../collector-processor/src/prometheus/questions.ts'
import { configuredDecisions } from '../../collector-processor/src/recommendation/decision.ts'
import { recommendationId } from '../../collector-processor/src/recommendation/identity.ts'
import type { Report } from '../../collector-processor/src/recommendation/recommendation.ts'
import rule from '../../collector-processor/src/rules/blocked-event-loop.ts'
import type { NamedRule } from '../../collector-processor/src/rules/rule.ts'
import { parseSettings } from '../../collector-processor/src/settings.ts'

const settings = parseSettings({ windowMs: '100s', blocks: 5, earlierWindows: 0, scrapeIntervalMs: '5s' })
const now = 1_000_000
const id = recommendationId('blocked-event-loop', 'agent', 'rank')

/** Answers of a Prometheus by the metric that a query names. */
function answering(answers: Readonly<Record<string, readonly RangeSeries[]>>): PrometheusClient & { readonly queries: string[] } {
  const queries: string[] = []
  /** What answers one question of a batch has its label. */
  const answerOf = (expression: string): readonly RangeSeries[] => {
    const series = Object.entries(answers).find(([metric]) => expression.includes(metric))?.[1] ?? []
    const [, label, key] = /"(pitwall_question)", "(\w+)"/.exec(expression) ?? []
    if (label === undefined || key === undefined) return series
    return series.map((one) => ({ ...one, labels: { ...one.labels, [label]: key } }))
  }
  return {
    queries,
    query: () => Promise.resolve([]),
    queryRange: (promql) => {
      queries.push(promql)
      return Promise.resolve(promql.split('\nor\n').flatMap(answerOf))
    },
  }
}

/** The function `rank` blocks the loop for so many seconds a second in each of the five blocks. */
function blocking(perSecond: number): readonly RangeSeries[] {
  const samples = [80, 60, 40, 20, 0].map((ago): [number, number] => [now - ago, perSecond * 20])
  return [{ labels: { service_name: 'agent', code_function_name: 'rank' }, samples }]
}

/** The same for so many blocks, of which only the last few are blocked for longer than is worth mentioning. */
function changing(blocks: number, busy: number): readonly RangeSeries[] {
  const samples = Array.from({ length: blocks }, (_, index): [number, number] => [
    now - (blocks - 1 - index) * 20,
    (index >= blocks - busy ? 0.3 : 0.001) * 20,
  ])
  return [{ labels: { service_name: 'agent', code_function_name: 'rank' }, samples }]
}

const three = parseSettings({ ...settings, earlierWindows: 2 })

/** A rule that looks at the window alone and is sure of what it sees; the interval of Pitwall's own widens when windows differ. */
const sure: NamedRule = {
  ...rule,
  id: 'blocked-event-loop',
  evaluate: (evidence) =>
    evidence
      .of(questions.blockedSeconds)
      .subjects()
      .map((subject) => {
        const { perSecond } = growthInWindow(evidence.of(questions.blockedSeconds).total(subject), evidence.span)
        const saving = { unit: 's/s', lower: perSecond, likely: perSecond, upper: perSecond } as const
        return perSecond < 0.1
          ? { kind: 'notAdvised', subject, reason: 'it is quick' }
          : { kind: 'finding', subject, title: 'x', advice: 'x', saving, evidence: [], example: '', change: {} }
      }),
}

/** A prediction of the same rule about another subject, and what was measured. */
function judgedElsewhere(other: string, predicted: number, actual: number): readonly RangeSeries[] {
  const series = (metric: Parameters<typeof prometheusName>[0], value: number, labels: Record<string, string> = {}): RangeSeries => ({
    labels: { __name__: prometheusName(metric), id: other, ...labels },
    samples: [[now - 50, value]],
  })
  const info = { rule: 'blocked-event-loop', service: other, subject: other, title: other, state: 'verified' }
  return [
    series(advice.info, 1, info),
    series(advice.created, now - 400),
    series(advice.applied, now - 300),
    series(advice.verified, now - 200),
    series(advice.actual, actual),
    ...['lower', 'likely', 'upper'].map((bound) => series(advice.saving, predicted, { unit: 's/s', bound })),
  ]
}

/** What an optimizer sent about it, so many seconds ago. */
function sent(ago: number): readonly RangeSeries[] {
  const at = now - ago
  const series = (name: string, labels: Record<string, string>, value: number): RangeSeries => ({
    labels: { __name__: name, id, ...labels },
    samples: [[at, value]],
  })
  return [
    series(
      prometheusName(advice.info),
      { rule: 'blocked-event-loop', service: 'agent', subject: 'rank', title: 'Take rank off the event loop', state: 'proposed' },
      1,
    ),
    series(prometheusName(advice.created), {}, at),
    ...['lower', 'likely', 'upper'].map((bound) => series(prometheusName(advice.saving), { unit: 's/s', bound }, 0.3)),
  ]
}

const blocked = prometheusName(runtime.blockedTime)
const memory = prometheusName(advice.info)
const summary = (report: Report): string[] =>
  report.recommendations.map(({ subject, state, createdAt }) => `${subject} ${state} ${now - createdAt}`)

describe('a cycle', () => {
  it('proposes what it finds, created now', async () => {
    expect(summary(await runCycle({ settings, client: answering({ [blocked]: blocking(0.3) }), now }))).toEqual(['rank proposed 0'])
  })

  it('knows from the series since when it has proposed it', async () => {
    const client = answering({ [memory]: sent(50), [blocked]: blocking(0.3) })
    expect(summary(await runCycle({ settings, client, now }))).toEqual(['rank proposed 50'])
  })

  it('keeps an open recommendation until its saving is below half of what is worth a change', async () => {
    const small = parseSettings({ ...settings, minSaving: 0.28 })
    expect(summary(await runCycle({ settings: small, client: answering({ [blocked]: blocking(0.2) }), now }))).toEqual([])
    expect(summary(await runCycle({ settings: small, client: answering({ [memory]: sent(50), [blocked]: blocking(0.2) }), now }))).toEqual([
      'rank proposed 50',
    ])
  })

  it('proposes nothing new that the window before contradicts, and says so', async () => {
    const report = await runCycle({ settings: three, client: answering({ [blocked]: changing(15, 5) }), now, rules: [sure] })
    expect(summary(report)).toEqual([])
    expect(report.notAdvised.map(({ reason }) => reason)).toEqual([
      'found in this window, but not in the one before; it is advised when both agree',
    ])
    const twice = answering({ [blocked]: changing(15, 10) })
    expect(summary(await runCycle({ settings: three, client: twice, now, rules: [sure] }))).toEqual(['rank proposed 0'])
  })

  it('does not wait for a second window of what is younger, was proposed before, or is found by looking back', async () => {
    const young = answering({ [blocked]: changing(8, 5) })
    expect(summary(await runCycle({ settings: three, client: young, now, rules: [sure] }))).toEqual(['rank proposed 0'])
    const known = answering({ [memory]: sent(50), [blocked]: changing(15, 5) })
    expect(summary(await runCycle({ settings: three, client: known, now, rules: [sure] }))).toEqual(['rank proposed 50'])
    const sudden = answering({ [blocked]: changing(15, 5) })
    expect(summary(await runCycle({ settings: three, client: sudden, now, rules: [{ ...sure, looksBack: true }] }))).toEqual([
      'rank proposed 0',
    ])
  })

  it('lowers the claims of a rule that promised too much, and widens their intervals', async () => {
    const verdicts = Array.from({ length: 8 }, (_, index) => judgedElsewhere(`past-${index}`, 0.4, 0.2 + index / 1_000)).flat()
    const report = await runCycle({ settings, client: answering({ [memory]: verdicts, [blocked]: blocking(0.3) }), now })
    const found = report.recommendations.find(({ subject }) => subject === 'rank')
    expect(found?.saving.likely).toBeGreaterThan(0.3 * 0.65)
    expect(found?.saving.likely).toBeLessThan(0.3 * 0.75)
    expect(found?.correction?.width).toBeGreaterThan(1)
    expect(found?.evidence.at(-1)).toMatch(
      /^The 8 earlier predictions .* were off by 49 % in the median\. So this one was lowered by 30 % and given an interval \d+ % wider: 0\.2\d* s\/s/,
    )
  })

  it('calls stale what it no longer finds, and forgets it after a window', async () => {
    expect(summary(await runCycle({ settings, client: answering({ [memory]: sent(50), [blocked]: blocking(0) }), now }))).toEqual([
      'rank stale 50',
    ])
    expect(summary(await runCycle({ settings, client: answering({ [memory]: sent(150), [blocked]: blocking(0) }), now }))).toEqual([])
  })

  it('proposes anew what is found again a window after its verdict, and says how far the last prediction was off', async () => {
    const judged = (ago: number): readonly RangeSeries[] => {
      const [first] = sent(ago + 300)
      const at = now - ago
      const gauge = (metric: Parameters<typeof prometheusName>[0], value: number, more: Record<string, string> = {}): RangeSeries => ({
        labels: { ...first?.labels, __name__: prometheusName(metric), ...more },
        samples: [[at, value]],
      })
      const verdict = [
        gauge(advice.applied, at - 200),
        gauge(advice.verified, at),
        gauge(advice.actual, 0.24),
        gauge(advice.info, 1, { state: 'verified' }),
      ]
      return [...sent(ago + 300), ...verdict]
    }
    const [soon, later] = [judged(50), judged(150)]
    expect(summary(await runCycle({ settings, client: answering({ [memory]: soon, [blocked]: blocking(0.3) }), now }))).toEqual([
      'rank verified 350',
    ])
    const report = await runCycle({ settings, client: answering({ [memory]: later, [blocked]: blocking(0.3) }), now })
    expect(summary(report)).toEqual(['rank proposed 0'])
    expect(report.recommendations[0]?.evidence).toContain('The one earlier prediction of this rule that could be checked was off by 20 %.')
  })

  it('asks as many queries for a thousand functions as for one', async () => {
    const many = Array.from({ length: 1_000 }, (_, index) =>
      blocking(0.3).map((one) => ({ ...one, labels: { ...one.labels, code_function_name: `f${index}` } })),
    ).flat()
    const [one, thousand] = [answering({ [blocked]: blocking(0.3) }), answering({ [blocked]: many })]
    await runCycle({ settings, client: one, now })
    const report = await runCycle({ settings, client: thousand, now })
    expect(thousand.queries).toHaveLength(one.queries.length)
    expect(one.queries.length).toBeLessThanOrEqual(40)
    expect(report.recommendations).toHaveLength(settings.maxRecommendations)
  })

  it('asks for the day before only when there may be a verdict', async () => {
    const applied = (ago: number): readonly RangeSeries[] => [
      ...sent(500),
      { labels: { __name__: prometheusName(advice.applied), id }, samples: [[now - 10, now - ago]] },
    ]
    const asked = async (ago: number, lookbackMs: string): Promise<number> => {
      const client = answering({ [memory]: applied(ago), [blocked]: blocking(0.3) })
      await runCycle({ settings: parseSettings({ ...settings, lookbackMs }), client, now })
      return client.queries.length
    }
    expect(await asked(200, '7d')).toBeGreaterThan(await asked(20, '7d'))
    expect(await asked(200, '10m'), 'where a day ago is too long ago').toBe(await asked(20, '10m'))
    expect(await asked(200, '7d')).toBeLessThanOrEqual(40)
  })

  it('has no verdict when one answer is missing, however many there are', async () => {
    const client: PrometheusClient = {
      ...answering({ [blocked]: blocking(0.3) }),
      queryRange: (promql) =>
        promql.includes(memory) ? Promise.reject(new PrometheusError('It is down.')) : Promise.resolve(blocking(0.3)),
    }
    expect(await runCycle({ settings, client, now })).toEqual({
      recommendations: [],
      notAdvised: [],
      evaluatedAt: now,
      noVerdict: 'It is down.',
    })
  })

  it('lists what the configuration dismisses, and goes on with a warning where Alertmanager is away', async () => {
    const away = parseSettings({ ...settings, alertmanagerUrl: 'http://127.0.0.1:1' })
    const client = answering({ [memory]: sent(50), [blocked]: blocking(0.3) })
    const decisions = configuredDecisions({ dismissed: [{ id, reason: 'it is a batch' }] })
    const report = await runCycle({ settings: away, client, now, decisions })
    expect(summary(report)).toEqual(['rank dismissed 50'])
    expect(report.warnings).toEqual([expect.stringContaining('so no silence dismisses anything')])
    expect(summary(await runCycle({ settings: away, client, now }))).toEqual(['rank proposed 50'])
  })

  it('hands the report to every emitter, also when one of them fails', async () => {
    const emitted: Report[] = []
    const sentences: string[] = []
    const emitters: Emitter[] = [
      { emit: () => Promise.reject(new Error('The Collector is away.')), close: () => Promise.resolve() },
      { emit: (report) => Promise.resolve(void emitted.push(report)), close: () => Promise.resolve() },
    ]
    const onEmitError = (sentence: string): void => void sentences.push(sentence)
    const report = await runCycle({ settings, client: answering({ [blocked]: blocking(0.3) }), now, emitters, onEmitError })
    expect([emitted, sentences]).toEqual([[report], ['The Collector is away.']])
  })
})
