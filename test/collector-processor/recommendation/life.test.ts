import { advice, cache, calls, prometheusName, reuse } from '@pitwall/sdk/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCycle } from '../../../collector-processor/src/cycle.ts'
import { prometheusClient } from '../../../collector-processor/src/prometheus/client.ts'
import { written, writtenMean, writtenReuse } from '../../../collector-processor/src/prometheus/written-series.ts'
import type { Recommendation, Report } from '../../../collector-processor/src/recommendation/recommendation.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type HistoricPrometheus, type HistoricSeries, historic, startWithHistory } from '../../support/history.ts'

/** Seconds of the story: work begins at 0, the first table is made at 100, and the change is made at 110. */
const [tableAt, changeAt, seconds] = [100, 110, 300]
const services = { improved: 0.1, unchanged: 1, slower: 1.6 } as const

/** A counter that grows by so much a second between two moments. */
function during(series: HistoricSeries, from: number, to: number): HistoricSeries {
  return { ...series, at: (second) => (second < from ? undefined : series.at(Math.min(second, to) - from)) }
}

/** 20 calls a second of 50 ms; from the change on they go through a cache, of which a share is loaded. */
const telemetry = Object.entries(services).flatMap(([service, missRatio]) => {
  const name = { 'pitwall.cache.name': 'search' } as const
  const before = [
    ...writtenMean(calls.duration, { 'code.function.name': 'search' }, 20, 0.05),
    written(reuse.checks, { 'pitwall.subject': 'search', 'pitwall.subject.kind': 'function', 'pitwall.reuse.same': 'true' }, 15),
    ...writtenReuse('search', 'function', 20, { entries: { 40: 0.9, 100_000: 0.92 }, seconds: { 30: 0.9, 86_400: 0.92 } }),
  ]
  const after = [
    written(cache.requests, { ...name, 'pitwall.cache.backend': 'memory', 'pitwall.cache.result': 'hit' }, 20),
    ...writtenMean(cache.loadDuration, name, 20 * missRatio, 0.05),
  ]
  return [
    ...before.map((series) => during(historic(series, service), 0, changeAt)),
    ...after.map((series) => during(historic(series, service), changeAt, seconds)),
  ]
})

/** What the optimizer sends about a recommendation, between two moments. */
function adviceSeries(
  { id, saving, createdAt, rule, service, subject, title }: Recommendation,
  from: number,
  to: number,
): HistoricSeries[] {
  const gauge = (metric: Parameters<typeof prometheusName>[0], labels: Record<string, string>, value: number): HistoricSeries => ({
    name: prometheusName(metric),
    labels: { ...labels, id, service_name: 'pitwall' },
    at: (second) => (second >= from && second <= to ? value : undefined),
  })
  return [
    gauge(advice.info, { rule, service, subject, title, effort: 'minutes', state: 'proposed' }, 1),
    gauge(advice.created, {}, createdAt),
    ...(['lower', 'likely', 'upper'] as const).map((bound) => gauge(advice.saving, { unit: saving.unit, bound }, saving[bound])),
  ]
}

async function cycleAt(prometheus: HistoricPrometheus, second: number): Promise<Report> {
  const settings = parseSettings({ prometheusUrl: prometheus.url, windowMs: '50s', blocks: 5, scrapeIntervalMs: '5s', lookbackMs: '10m' })
  return await runCycle({ settings, client: prometheusClient(settings), now: prometheus.start + second })
}

const of = (report: Report, service: string): Recommendation | undefined => report.recommendations.find((one) => one.service === service)

describe('the life of a recommendation, read from series alone', () => {
  let first: Report
  let prometheus: HistoricPrometheus
  beforeAll(async () => {
    const before = await startWithHistory(telemetry, { seconds, stepSeconds: 2 })
    first = await cycleAt(before, tableAt)
    await before.stop()
    // The same story again, with what the first cycle had sent; the second optimizer never saw the first one.
    const sent = first.recommendations.flatMap((recommendation) => adviceSeries(recommendation, tableAt, changeAt))
    prometheus = await startWithHistory([...telemetry, ...sent], { seconds, stepSeconds: 2 })
  })
  afterAll(() => prometheus.stop())

  it('begins as proposed', () => {
    expect(first.recommendations.map(({ service, state }) => `${service} ${state}`).toSorted()).toEqual([
      'improved proposed',
      'slower proposed',
      'unchanged proposed',
    ])
  })

  it('keeps its id and the time of its creation', async () => {
    const again = of(await cycleAt(prometheus, tableAt + 6), 'improved')
    expect(again?.id).toBe(of(first, 'improved')?.id)
    expect(again?.createdAt).toBeCloseTo(of(first, 'improved')?.createdAt ?? 0, 3)
    expect(again?.state).toBe('proposed')
  })

  it('is applied when the cache is seen, with the prediction of before', async () => {
    const applied = of(await cycleAt(prometheus, changeAt + 20), 'improved')
    expect(applied?.state).toBe('applied')
    expect(Math.abs((applied?.appliedAt ?? 0) - prometheus.start - changeAt)).toBeLessThanOrEqual(10)
    expect(applied?.saving.likely).toBeCloseTo(of(first, 'improved')?.saving.likely ?? 0, 9)
  })

  it('waits while there is too little to compare', async () => {
    expect(of(await cycleAt(prometheus, changeAt + 30), 'improved')?.evidence.join()).toMatch(/^Waits for/)
  })

  it('is verified when the saving is inside the predicted interval', async () => {
    const verified = of(await cycleAt(prometheus, changeAt + 70), 'improved')
    expect(verified?.state).toBe('verified')
    expect(verified?.actual).toBeCloseTo(0.9, 1)
    expect(verified?.actual).toBeGreaterThanOrEqual(verified?.saving.lower ?? Infinity)
    expect(verified?.actual).toBeLessThanOrEqual(verified?.saving.upper ?? 0)
  })

  it.each(['unchanged', 'slower'])('is refuted when the cache of the service "%s" saves nothing', async (service) => {
    const early = of(await cycleAt(prometheus, changeAt + 60), service)
    expect(early?.state, 'not before a whole window has passed').toBe('applied')
    const refuted = of(await cycleAt(prometheus, changeAt + 100), service)
    expect(refuted?.state).toBe('refuted')
    expect(refuted?.actual).toBeLessThan(0.1)
  })

  it('is not proposed anew while it is judged', async () => {
    const report = await cycleAt(prometheus, changeAt + 70)
    expect(report.recommendations.filter(({ service }) => service === 'improved')).toHaveLength(1)
    expect(report.notAdvised.filter(({ service }) => service === 'improved')).toEqual([])
  })
})
