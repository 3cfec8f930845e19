import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCycle } from '../../collector-processor/src/cycle.ts'
import { prometheusClient } from '../../collector-processor/src/prometheus/client.ts'
import type { Evidence } from '../../collector-processor/src/prometheus/evidence.ts'
import type { Question } from '../../collector-processor/src/prometheus/question.ts'
import { questions } from '../../collector-processor/src/prometheus/questions.ts'
import { Table } from '../../collector-processor/src/prometheus/series.ts'
import type { Report } from '../../collector-processor/src/recommendation/recommendation.ts'
import { worthOf } from '../../collector-processor/src/recommendation/worth.ts'
import { discoverRules } from '../../collector-processor/src/rules/rule.ts'
import { parseSettings, type Settings } from '../../collector-processor/src/settings.ts'
import { type HistoricPrometheus, historic, startWithHistory } from '../support/history.ts'

const rules = await discoverRules()
const seconds = 600
/** The questions that are written once for all rules. */
const shared = queriesOf(Object.values(questions))

/** Every declared situation is a service of its own, so that one cycle on one real Prometheus judges them all. */
const situations = rules.flatMap((rule) => rule.cases.map((declared, index) => ({ rule, declared, service: `${rule.id}-${index}` })))

let prometheus: HistoricPrometheus
let settings: Settings
let report: Report

beforeAll(async () => {
  const series = situations.flatMap(({ declared, service }) => declared.series.map((one) => historic(one, service)))
  prometheus = await startWithHistory(series, { seconds, stepSeconds: 20 })
  settings = parseSettings({
    prometheusUrl: prometheus.url,
    windowMs: 500_000,
    blocks: 10,
    earlierWindows: 0,
    scrapeIntervalMs: 20_000,
    modelPrices: { 'gpt-4.1': { input: 2, cachedInput: 0.5, output: 8 }, 'gpt-4.1-mini': { input: 0.4, cachedInput: 0.1, output: 1.6 } },
  })
  report = await runCycle({ settings, client: prometheusClient(settings), now: prometheus.end })
})

afterAll(() => prometheus.stop())

describe.each(rules)('the rule $id', (rule) => {
  it.each(situations.filter((situation) => situation.rule === rule))(
    'says $declared.says about: $declared.title',
    ({ declared, service }) => {
      expect(report.noVerdict).toBeUndefined()
      const advised = report.recommendations.filter((one) => one.rule === rule.id && one.service === service)
      const others = report.notAdvised.filter((one) => one.rule === rule.id && one.service === service)
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
    const found = report.recommendations.filter((one) => one.rule === rule.id)
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

  it('asks no more than three queries beside the shared ones', () => {
    const own = queriesOf([...rule.questions, ...rule.costQuestions]).filter((query) => !shared.includes(query))
    expect(own.length).toBeLessThanOrEqual(3)
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

it('asks no more than 20 queries that rules share, however many rules there are', () => {
  const asked = queriesOf(rules.flatMap((rule) => rule.questions)).filter((query) => shared.includes(query))
  const followedUp = queriesOf(rules.flatMap((rule) => rule.costQuestions)).filter((query) => shared.includes(query))
  // Beside them: where subjects stand, the history, and the controls of a verification.
  expect(asked.length + followedUp.length + 3).toBeLessThanOrEqual(20)
})

/** PromQL of questions for blocks of a minute, each once. */
function queriesOf(asked: readonly Question[]): string[] {
  return [...new Set(asked.map((question) => question.promql(60)))]
}
