import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCycle } from '../../../collector-processor/src/cycle.ts'
import { main } from '../../../collector-processor/src/main.ts'
import { addRule, runSystemOptimization } from '../../../collector-processor/src/optimization.ts'
import { prometheusClient } from '../../../collector-processor/src/prometheus/client.ts'
import { writtenMean } from '../../../collector-processor/src/prometheus/written-series.ts'
import type { Report } from '../../../collector-processor/src/recommendation/recommendation.ts'
import { discoverRules, type NamedRule } from '../../../collector-processor/src/rules/rule.ts'
import { parseSettings, type Settings } from '../../../collector-processor/src/settings.ts'
import { readRule } from '../../../collector-processor/src/user-rules/read-rule.ts'
import { yamlRule } from '../../../collector-processor/src/user-rules/yaml-rule.ts'
import { calls } from '../../../sdk/src/contract/index.ts'
import { documentedRule } from '../../support/documented-rule.ts'
import { type HistoricPrometheus, historic, startWithHistory } from '../../support/history.ts'

const complete = { 'code.function.name': 'completeText' } as const
let prometheus: HistoricPrometheus
let settings: Settings
let refused: string[] = []

function ruleOf(text: string): NamedRule {
  const { rule, mistakes } = readRule(text, 'r.yaml')
  if (rule === undefined) throw new Error(mistakes[0]?.message)
  return yamlRule(rule, (reason) => refused.push(reason))
}

/** What the cycle says with the documented rule, after a change of its text, and with all of Pitwall's. */
async function judged(from = '', to = ''): Promise<Report> {
  refused = []
  const rules = [...(await discoverRules()), ruleOf(documentedRule().replace(from, to))]
  return runCycle({ settings, client: prometheusClient(settings), now: prometheus.end, rules })
}

beforeAll(async () => {
  const series = [
    ...writtenMean(calls.duration, complete, 0.5, 4).map((one) => historic(one, 'slow')),
    ...writtenMean(calls.duration, complete, 2, 1).map((one) => historic(one, 'quick')),
    ...writtenMean(calls.duration, complete, 0.01, 8).map((one) => historic(one, 'rare')),
    ...writtenMean(calls.duration, { 'code.function.name': 'search' }, 0.5, 4).map((one) => historic(one, 'slow')),
  ]
  prometheus = await startWithHistory(series, { seconds: 4_000, stepSeconds: 20 })
  settings = parseSettings({ prometheusUrl: prometheus.url, earlierWindows: 0 })
})
afterAll(() => prometheus.stop())

describe('a rule in YAML, on a real Prometheus', () => {
  it('gives advice with the saving, the labels and an identity, as any other rule', async () => {
    const report = await judged()
    expect(refused).toEqual([])
    const found = report.recommendations.filter(({ rule }) => rule === 'slow-model-call')
    expect(found).toHaveLength(1)
    const [first] = found
    expect(first).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{10}$/),
      service: 'slow',
      subject: 'completeText',
      title: 'Move completeText to the smaller model',
      advice: expect.stringContaining('The calls of completeText in slow take more than 2 s'),
      state: 'proposed',
      effort: 'hours',
      runbook: expect.stringMatching(/\/rules\/slow-model-call$/),
    })
    expect(first?.saving.likely).toBeCloseTo(0.8, 1)
  })

  it('says nothing of a subject where it does not hold, and gives no advice where its guard does not', async () => {
    const { recommendations, notAdvised } = await judged()
    const rest = notAdvised.filter(({ rule }) => rule === 'slow-model-call')
    expect(rest).toEqual([{ service: 'rare', subject: 'completeText', rule: 'slow-model-call', reason: 'its guard does not hold' }])
    expect(recommendations.some(({ rule, subject }) => rule === 'slow-model-call' && subject === 'search')).toBe(false)
  })

  it('takes the interval that its file asks for, and gives no advice below what is worth a change', async () => {
    const wide = 'interval: sum by (service_name, code_function_name) (rate(pitwall_function_duration_seconds_sum[$block])) * 0.1\nguard:'
    const first = (await judged('guard:', wide)).recommendations.find(({ rule }) => rule === 'slow-model-call')
    expect((first?.saving.likely ?? 0) - (first?.saving.lower ?? 0)).toBeCloseTo(0.2, 2)
    const { recommendations } = await judged('guard:', wide.replace('0.1', '0.5'))
    expect(recommendations.filter(({ rule }) => rule === 'slow-model-call')).toEqual([])
  })

  it('does not stop the others when Prometheus refuses its expression', async () => {
    const { noVerdict, recommendations } = await judged('> 2\n', '> on (service_name) group_left (x) {__name__=~".+"}\n')
    expect(noVerdict).toBeUndefined()
    expect(refused[0]).toMatch(/refused a query/)
    expect(recommendations.filter(({ rule }) => rule === 'slow-model-call')).toEqual([])
  })

  it('appears in the table of pitwall advise', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pitwall-rules-'))
    await writeFile(join(folder, 'slow.yaml'), documentedRule())
    let out = ''
    const io = { out: (text: string) => void (out += text), err: () => {}, colour: false, signal: new AbortController().signal, env: {} }
    expect(await main(['advise', '--prometheus', prometheus.url, '--rules', folder], io)).toBe(0)
    await rm(folder, { recursive: true })
    expect(out).toMatch(/Move completeText to the smaller model +slow +0\.8 s\/s .* hours +slow-model-call +proposed/)
  })

  it('may save bytes, dollars or shares, which are ranked by what they are worth', async () => {
    const dollars = (await judged('unit: s/s', 'unit: usd/h')).recommendations.find(({ rule }) => rule === 'slow-model-call')
    expect(dollars?.saving).toMatchObject({ unit: 'usd/h', likely: expect.closeTo(0.8, 1) })
    expect(dollars?.priority, '0.8 dollars an hour are 20 processors').toBe('critical')
    expect((dollars?.saving.likely ?? 0) - (dollars?.saving.lower ?? 0)).toBeCloseTo(0.02 * (dollars?.saving.likely ?? 0), 4)
    const bytes = await judged('unit: s/s', 'unit: By')
    expect(bytes.notAdvised.find(({ rule, service }) => rule === 'slow-model-call' && service === 'slow')?.reason).toMatch(
      /too small .*B likely/,
    )
  })

  it('is warned of metrics that neither Pitwall nor the Prometheus has, with the nearest name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pitwall-rules-'))
    const check = async (...args: readonly string[]): Promise<{ code: number; said: string }> => {
      let said = ''
      const io = { out: () => {}, err: (text: string) => void (said += text), colour: false, signal: new AbortController().signal, env: {} }
      return { code: await main(['rules', 'check', folder, ...args], io), said }
    }
    const file = join(folder, 'slow.yaml')
    await writeFile(file, documentedRule().replace('  requests: sum', '  requests: scrape_durations_seconds + sum'))
    expect(await check()).toEqual({ code: 0, said: '' })
    const { code, said } = await check('--prometheus', prometheus.url)
    expect(code).toBe(0)
    expect(said).toMatch(
      /slow\.yaml:18:13: warning: verify\.requests asks for 'scrape_durations_seconds', which neither Pitwall exports nor this Prometheus has/,
    )
    expect(await check('--prometheus', 'http://127.0.0.1:1')).toMatchObject({ code: 0, said: expect.stringContaining('are not known') })
    await rm(folder, { recursive: true })
  })

  it('is judged by runSystemOptimization once it is added, and cannot be added twice', async () => {
    addRule(ruleOf(documentedRule()))
    expect(() => addRule(ruleOf(documentedRule()))).toThrow(/was added already/)
    const { recommendations, plan, notAdvised, noVerdict } = await runSystemOptimization({ settings, now: prometheus.end })
    expect(noVerdict).toBeUndefined()
    const advised = recommendations.find(({ rule }) => rule === 'slow-model-call')
    expect(plan.phases.find(({ recommendations }) => recommendations.some(({ id }) => id === advised?.id))?.phase).toBe(advised?.phase)
    expect(plan.totals[0]?.lower).toBeGreaterThan(0)
    expect(notAdvised.length).toBeGreaterThan(0)
  })
})
