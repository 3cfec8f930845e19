import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { runCycle } from '../../collector-processor/src/cycle.ts'
import { main } from '../../collector-processor/src/main.ts'
import { prometheusClient } from '../../collector-processor/src/prometheus/client.ts'
import { writtenLevel } from '../../collector-processor/src/prometheus/written-series.ts'
import type { Report } from '../../collector-processor/src/recommendation/recommendation.ts'
import { recommendationSeries } from '../../collector-processor/src/recommendation/series.ts'
import rule from '../../collector-processor/src/rules/uncached-repetition.ts'
import { parseSettings, type Settings } from '../../collector-processor/src/settings.ts'
import { system } from '../../sdk/src/contract/index.ts'
import { type Damage, type DamagingProxy, startDamagingProxy } from '../support/damaging-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { historic, type HistoricSeries } from '../support/history.ts'
import { PrometheusProcess } from '../support/prometheus-process.ts'
import { startedForTests } from '../support/started-for-tests.ts'

const seconds = 4_000

/** A fleet with something to advise, for as long as there is history. */
const fleet: readonly HistoricSeries[] = [
  ...rule.cases.flatMap(({ series }, index) => series.map((one) => historic(one, `agent-${index}`))),
  historic(writtenLevel(system.uptime, {}, 1), 'agent-0'),
]

/** What the cycle says of the fleet, at the end of its history unless the clock is off by so many seconds. */
async function judged(settings: Settings, clockSeconds = 0): Promise<Report> {
  return runCycle({ settings, client: prometheusClient(settings), now: server().end + clockSeconds })
}

const found = ({ recommendations }: Report): readonly string[] => recommendations.map(({ id, title }) => `${id} ${title}`)

const server = startedForTests('Prometheus', async () => PrometheusProcess.start(fleet, { seconds, stepSeconds: 30 }))
const usual = (changes: Partial<Settings> = {}): Settings =>
  parseSettings({ prometheusUrl: server().url, earlierWindows: 0, queryOffsetMs: 0, ...changes })
let healthy: Report
beforeAll(async () => {
  healthy = await judged(usual())
  if (healthy.recommendations.length < 2) throw new Error('the fleet needs something to advise')
})

describe('a cycle', () => {
  let proxy: DamagingProxy
  beforeAll(async () => void (proxy = await startDamagingProxy(server().url)))
  afterEach(() => proxy.damage(undefined))
  afterAll(() => proxy.stop())

  /** Only the answer about the calls of functions. */
  const oneAnswer =
    (damage: Damage): Damage =>
    (response, answer, query) => {
      if (query.includes('pitwall_function_duration_seconds_count')) damage(response, answer, query)
      else response.end(answer)
    }
  const withWarning: Damage = (response, answer) =>
    response.end(answer.replace('{"status":"success"', '{"status":"success","warnings":["store 3 is not reachable"]'))
  const cut: Damage = (response, answer) => {
    response.writeHead(200, { 'content-length': answer.length }).write(answer.slice(0, 40), () => response.destroy())
  }
  const shifted: Damage = (response, answer) =>
    response.end(answer.replace(/\[(\d+(?:\.\d+)?),"/g, (_, time) => `[${Number(time) - 7_200},"`))

  it.each<[string, RegExp, Damage]>([
    ['one answer is of a part of the data', /only a part of the data: store 3 is not reachable/, oneAnswer(withWarning)],
    ['a page to sign in at comes instead', /not from Prometheus \('<!doctype html>/, oneAnswer((r) => r.end('<!doctype html><p>Sign in'))],
    ['a gateway finds no server', /HTTP status 502/, (response) => response.writeHead(502).end('<h1>Bad gateway</h1>')],
    ['one answer is nonsense', /in a form that is not known here/, oneAnswer((r) => r.end('{"status":"success","data":{"result":42}}'))],
    ['one answer is cut off', /cannot be reached/, oneAnswer(cut)],
    ['the answers are too large', /larger than 1000000 bytes/, (response, answer) => response.end(answer + ' '.repeat(1_000_000))],
    ['one answer is of another time', /which it was not asked for; look for a cache/, oneAnswer(shifted)],
  ])('has no verdict when %s, and the same one as before when that is over', async (_, reason, damage) => {
    const settings = usual({ prometheusUrl: proxy.url, maxResponseBytes: 1_000_000 })
    proxy.damage(damage)
    const report = await judged(settings)
    expect(report).toEqual({ recommendations: [], notAdvised: [], evaluatedAt: server().end, noVerdict: expect.stringMatching(reason) })
    expect(recommendationSeries(report)).toEqual([])
    proxy.damage(undefined)
    expect(found(await judged(settings))).toEqual(found(healthy))
  })

  it('sends a Prometheus that does not answer no more than is under way', async () => {
    const before = proxy.queries()
    proxy.damage(() => {})
    const { noVerdict } = await judged(usual({ prometheusUrl: proxy.url, queryTimeoutMs: 200, concurrency: 1 }))
    expect(noVerdict).toMatch(/gave no answer within 200 ms/)
    expect(proxy.queries() - before).toBe(1)
  })

  it.each([-300, 170, 300])('says the same with a clock that is %i seconds off', async (off) => {
    const report = await judged(usual(), off)
    expect(found(report)).toEqual(found(healthy))
    for (const [index, { saving }] of report.recommendations.entries()) {
      const expected = healthy.recommendations[index]?.saving.likely ?? Number.NaN
      expect(saving.likely / expected).toBeCloseTo(1, 2)
      expect(saving.upper).toBeGreaterThanOrEqual(expected)
    }
  })
})

describe('pitwall serve', () => {
  it('keeps answering while Prometheus is frozen or killed, says why there is no verdict, and comes back with the same ids', async () => {
    let said = ''
    const stop = new AbortController()
    const env = { PITWALL_QUERY_OFFSET: '0s', PITWALL_QUERY_TIMEOUT: '500ms' }
    const io = { out: () => {}, err: (text: string) => void (said += text), colour: false, signal: stop.signal, env }
    const exit = main(['serve', '--port', '0', '--interval', '100ms', '--prometheus', server().url], io)
    const url = await eventually('the address', () => /http:\/\/127\.0\.0\.1:\d+(?=\/ )/.exec(said)?.[0])
    const report = async (): Promise<Report> => JSON.parse(await (await fetch(`${url}/api/recommendations`)).text())
    const reason = async (pattern: RegExp): Promise<Report | undefined> => {
      const { noVerdict = '', ...rest } = await report()
      return pattern.test(noVerdict) ? rest : undefined
    }
    const verdict = (): Promise<readonly string[]> =>
      eventually('a verdict', async () => {
        const { noVerdict, recommendations } = await report()
        return noVerdict === undefined && recommendations.map(({ id }) => id).toSorted()
      })
    const ids = healthy.recommendations.map(({ id }) => id).toSorted()
    expect(await verdict()).toEqual(ids)

    server().freeze()
    const frozen = await eventually('no verdict', () => reason(/gave no answer within 500 ms/))
    expect([frozen.recommendations, frozen.notAdvised]).toEqual([[], []])
    server().resume()
    expect(await verdict()).toEqual(ids)

    await server().kill()
    await eventually('no verdict', () => reason(/cannot be reached \(ECONNREFUSED\)/))
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toMatch(/pitwall_verdict="false"/)
    expect(metrics).not.toContain(ids[0])
    await server().restart()
    expect(await verdict()).toEqual(ids)
    stop.abort()
    expect(await exit).toBe(0)
  })
})
