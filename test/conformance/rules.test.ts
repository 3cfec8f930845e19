import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCycle } from '../../collector-processor/src/cycle.ts'
import { type PrometheusClient, prometheusClient, type RangeSeries } from '../../collector-processor/src/prometheus/client.ts'
import { type Evidence, gather, type Span } from '../../collector-processor/src/prometheus/evidence.ts'
import type { Question } from '../../collector-processor/src/prometheus/question.ts'
import { questions } from '../../collector-processor/src/prometheus/questions.ts'
import { Table } from '../../collector-processor/src/prometheus/series.ts'
import type { Report } from '../../collector-processor/src/recommendation/recommendation.ts'
import { recommendationSeries } from '../../collector-processor/src/recommendation/series.ts'
import { worthOf } from '../../collector-processor/src/recommendation/worth.ts'
import { discoverRules, type NamedRule, type RuleCase } from '../../collector-processor/src/rules/rule.ts'
import { parseSettings, type Settings } from '../../collector-processor/src/settings.ts'
import { advice, prometheusName } from '../../sdk/src/contract/index.ts'
import { type HistoricPrometheus, historic, type HistoryOptions, startWithHistory } from '../support/history.ts'
import { sampleRecommendation, sampleReport } from '../support/recommendations.ts'

const rules = await discoverRules()
const seconds = 600
/** Every declared situation is a service of its own, so that one cycle on one real Prometheus judges them all. */
const situations = rules.flatMap((rule) => rule.cases.map((declared, index) => ({ rule, declared, service: `${rule.id}-${index}` })))

let prometheus: HistoricPrometheus
let settings: Settings
let report: Report
/** What is said of situations that have been there for days. */
let reportOfDays: Report

beforeAll(async () => {
  const series = situations.flatMap(({ declared, service }) => declared.series.map((one) => historic(one, service, historyOf(declared))))
  prometheus = await startWithHistory(series, { seconds, stepSeconds: 20 })
  settings = parseSettings({
    prometheusUrl: prometheus.url,
    windowMs: 500_000,
    blocks: 10,
    earlierWindows: 0,
    scrapeIntervalMs: 20_000,
    modelPrices: { 'gpt-4.1': { input: 2, cachedInput: 0.5, output: 8 }, 'gpt-4.1-mini': { input: 0.4, cachedInput: 0.1, output: 1.6 } },
    maxRecommendations: 500,
  })
  report = await runCycle({ settings, client: prometheusClient(settings), now: prometheus.end })
  const ofDays = parseSettings({ ...settings, windowMs: '12h', blocks: 12, scrapeIntervalMs: '20m' })
  reportOfDays = await runCycle({ settings: ofDays, client: prometheusClient(ofDays), now: prometheus.end })
})

afterAll(() => prometheus.stop())

describe.each(rules)('the rule $id', (rule) => {
  it.each(situations.filter((situation) => situation.rule === rule))(
    'says $declared.says about: $declared.title',
    ({ declared, service }) => {
      const said = declared.days === undefined ? report : reportOfDays
      expect(said.noVerdict).toBeUndefined()
      const advised = said.recommendations.filter((one) => one.rule === rule.id && one.service === service)
      const others = said.notAdvised.filter((one) => one.rule === rule.id && one.service === service)
      const missing = others.filter(({ reason }) => reason.startsWith('not enough data'))
      expect({ advised: advised.length, notAdvised: others.length - missing.length, notEnoughData: missing.length }).toEqual({
        advised: Number(declared.says === 'finding'),
        notAdvised: Number(declared.says === 'notAdvised'),
        notEnoughData: Number(declared.says === 'notEnoughData'),
      })
    },
  )

  it('declares a situation where it speaks and one where it must not', () => {
    const says = new Set(rule.cases.map((declared) => declared.says))
    expect(says).toContain('finding')
    expect(says.size).toBeGreaterThan(1)
  })

  it('says what to do, with the real names and numbers', () => {
    const found = [report, reportOfDays].flatMap(({ recommendations }) => recommendations.filter((one) => one.rule === rule.id))
    expect(found.length).toBeGreaterThan(0)
    for (const recommendation of found) {
      const { saving, subject } = recommendation
      expect(worthOf(saving, settings)).toBeGreaterThanOrEqual(settings.minSaving)
      expect(saving.lower).toBeLessThanOrEqual(saving.likely)
      expect(saving.likely).toBeLessThanOrEqual(saving.upper)
      expect(recommendation.title).toContain(subject)
      expect(recommendation.example).toContain(subject)
      expect(recommendation.evidence.join(' ')).toMatch(/\d/)
      expect(recommendation.runbook).toBe(`${settings.runbookUrl}${rule.id}`)
      expect(`${recommendation.title} ${recommendation.advice} ${recommendation.evidence.join(' ')}`).not.toMatch(/NaN|Infinity|undefined/)
    }
  })

  it('has nothing to say without data', () => {
    const nothing: Evidence = { span: { end: 0, blockSeconds: 1, blocks: 10, windowBlocks: 10 }, of: () => new Table([]) }
    expect(rule.evaluate(nothing, settings)).toEqual([])
  })

  it('is explained on its page', () => {
    for (const heading of ['# ', '## What it means', '## How the saving is computed', '## When it does not apply', '## How to verify it']) {
      expect(rule.runbook).toContain(heading)
    }
  })
})

/** Everything that the rules and the cycle ask, each once. */
const all = [...new Set(rules.flatMap((rule) => [...rule.questions, ...rule.costQuestions]).concat(Object.values(questions)))]

it('asks at most 40 queries in a cycle of all rules that reads its history and follows up a change for each', async () => {
  const client = prometheusClient(settings)
  let queries = 0
  const counting: PrometheusClient = {
    query: (promql, time) => (queries++, client.query(promql, time)),
    queryRange: async (promql, range) => {
      queries++
      const isHistory = promql.includes(prometheusName(advice.info))
      return isHistory ? rules.flatMap((rule) => appliedOnce(rule, range.end - 490)) : client.queryRange(promql, range)
    },
  }
  const followed = await runCycle({ settings, client: counting, now: prometheus.end })
  expect(followed.recommendations.filter(({ state }) => state !== 'proposed').map(({ rule }) => rule)).toEqual(
    expect.arrayContaining(rules.map(({ id }) => id)),
  )
  expect(queries).toBeLessThanOrEqual(40)
})

/** What the series say of a recommendation of a rule whose change was seen at a moment (Unix seconds). */
function appliedOnce({ id: rule }: NamedRule, at: number): readonly RangeSeries[] {
  const recommendation = sampleRecommendation({ id: `${rule}-applied`, rule, state: 'applied', createdAt: at - 1, appliedAt: at })
  return recommendationSeries(sampleReport(recommendation)).map(({ metric, attributes, value }) => ({
    labels: { ...attributes, __name__: prometheusName(metric) },
    samples: [[at, value]],
  }))
}

const span: Span = { end: 0, blockSeconds: 50, blocks: 10, windowBlocks: 10 }

it('gets from any batch of questions what each gets alone', async () => {
  const client = prometheusClient(settings)
  const rows = async (asked: readonly Question[]): Promise<readonly string[]> => {
    const evidence = await gather(client, asked, { ...span, end: prometheus.end })
    return asked.map((question) => rowsOf(evidence, question))
  }
  const alone = new Map(await Promise.all(all.map(async (one): Promise<[Question, readonly string[]]> => [one, await rows([one])])))
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(all, { minLength: 2 }), async (some) => {
      expect(await rows(some)).toEqual(some.flatMap((question) => alone.get(question) ?? []))
    }),
    { numRuns: 5 },
  )
})

it('asks one by one what it may not ask together, because the answer would be too large', async () => {
  const [client, at] = [prometheusClient(settings), { ...span, end: prometheus.end }]
  const two = [questions.functionCalls, questions.functionSeconds]
  const range = { start: at.end - at.blocks * at.blockSeconds, end: at.end, step: at.blockSeconds }
  const answers = await Promise.all(two.map((question) => client.queryRange(question.promql(at.blockSeconds), range)))
  const maxResponseBytes = Math.round(1.5 * Math.max(...answers.map((answer) => JSON.stringify(answer).length)))
  const evidence = await gather(prometheusClient({ ...settings, maxResponseBytes }), two, at)
  const expected = await gather(client, two, at)
  for (const question of two) expect(rowsOf(evidence, question)).toBe(rowsOf(expected, question))
})

/** Every answered row as text, in an order that does not depend on Prometheus. */
function rowsOf(evidence: Evidence, question: Question): string {
  const table = evidence.of(question)
  const rows = table.subjects().flatMap((subject) => table.rows(subject))
  return rows
    .map((row) => JSON.stringify(row))
    .toSorted()
    .join('\n')
}

/** A case of days is scraped as often as it must be for blocks of hours. */
function historyOf({ days }: RuleCase): HistoryOptions | undefined {
  return days === undefined ? undefined : { seconds: days * 86_400, stepSeconds: 1_200 }
}
