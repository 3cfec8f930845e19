import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../../collector-processor/src/main.ts'
import { exposition } from '../../../collector-processor/src/pages/exposition.ts'
import { point } from '../../../collector-processor/src/recommendation/series.ts'
import { cache, prometheusName } from '../../../sdk/src/contract/index.ts'
import { discoverDashboards } from '../../../grafana/discover.ts'
import { dashboardExpressions, substituteVariables } from '../../../grafana/expressions.ts'
import { documentedRule } from '../../support/documented-rule.ts'
import { eventually } from '../../support/eventually.ts'
import { deadEndpoint, startFrozenReceiver } from '../../support/otlp-receiver.ts'
import { scraped } from '../../support/scraped.ts'
import { query, useStack } from '../../support/stack.ts'

const bin = resolve(import.meta.dirname, '../../../collector-processor/bin/pitwall.js')

/** A running `pitwall serve` in this process. */
interface Service {
  readonly url: string
  readonly said: () => string
  /** Stops it as Ctrl-C does; resolves to the exit code. */
  readonly stop: () => Promise<number>
}

async function serving(...args: readonly string[]): Promise<Service> {
  let said = ''
  const stop = new AbortController()
  const io = {
    out: () => {},
    err: (text: string) => void (said += text),
    colour: false,
    signal: stop.signal,
    env: { PITWALL_QUERY_OFFSET: '0s' },
  }
  const exit = main(['serve', '--port', '0', ...args], io)
  const url = await eventually('the address', async () => /http:\/\/127\.0\.0\.1:\d+(?=\/ )/.exec(said)?.[0])
  return {
    url,
    said: () => said,
    stop: async () => {
      stop.abort()
      return await exit
    },
  }
}

const health = async (url: string): Promise<Record<string, unknown>> => JSON.parse(await (await fetch(`${url}/healthz`)).text())

/** Exit code and complaint of a command line that is wrong. */
async function refused(...args: readonly string[]): Promise<{ code: number; said: string }> {
  let said = ''
  const io = { out: () => {}, err: (text: string) => void (said += text), colour: false, signal: AbortSignal.timeout(10_000), env: {} }
  return { code: await main(['serve', ...args], io), said }
}

/** A rule whose seventh line names a metric. */
function crowdedCache(metric: string): string {
  const limits = `max by (service_name, pitwall_cache_name) (${prometheusName(cache.entryLimit)})`
  return [
    'id: crowded-cache',
    'title: Look at {{ subject }}',
    'subject: { label: pitwall_cache_name, kind: cache }',
    'advice: Look at {{ subject }}.',
    'effort: hours',
    `saving: { expr: '${limits} * 0.01', unit: s/s }`,
    `expr: max (${metric}) by (service_name, pitwall_cache_name) > 50`,
    `verify: { spent: '${limits}', requests: '${limits}' }`,
    '',
  ].join('\n')
}

describe('pitwall serve', () => {
  const stack = useStack(['prometheus'])
  let stopFleet: (() => void) | undefined
  /** What Prometheus scrapes beside the fleet. */
  let optimizer = (): Promise<string> => Promise.resolve('')

  beforeAll(async () => {
    const fleet = exposition([point(cache.entryLimit, { 'pitwall.cache.name': 'quotes' }, 100)], { service_name: 'agent' })
    stopFleet = await scraped(stack(), async () => fleet + (await optimizer()))
    await eventually('the fleet in Prometheus', async () => (await query(stack(), prometheusName(cache.entryLimit))).length > 0)
  })
  afterAll(() => stopFleet?.())

  it('evaluates, shows the outcome, and keeps the report in a file', async () => {
    const file = join(tmpdir(), `pitwall-serve-${process.pid}.json`)
    const service = await serving('--prometheus', stack().endpoints.prometheus ?? '', '--interval', '200ms', '--report', file)
    await eventually('a verdict', async () => (await health(service.url))['verdict'])
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ recommendations: [] })
    const cycles = async (): Promise<number> =>
      Number(/cycles_total\{pitwall_verdict="true".*\} (\d+)/.exec(await (await fetch(`${service.url}/metrics`)).text())?.[1])
    await eventually('a second cycle', async () => (await cycles()) >= 2)
    expect(await service.stop()).toBe(0)
    await rm(file)
  })

  it('takes up a rule that appears, says once that it broke, and keeps its page', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pitwall-rules-'))
    const service = await serving('--prometheus', stack().endpoints.prometheus ?? '', '--interval', '100ms', '--rules', folder)
    const page = (): Promise<Response> => fetch(`${service.url}/rules/slow-model-call`)
    expect((await page()).status).toBe(404)
    await writeFile(join(folder, 'slow.yaml'), documentedRule())
    await eventually('the page of the rule', async () => (await page()).status === 200)
    await writeFile(join(folder, 'slow.yaml'), documentedRule().replace('\nexpr:', '\nexrp:'))
    await eventually('the mistake', async () => service.said().includes('slow.yaml:7:1:'))
    const cycles = await (await fetch(`${service.url}/metrics`)).text()
    await eventually('another cycle', async () => (await (await fetch(`${service.url}/metrics`)).text()) !== cycles)
    expect(service.said().match(/slow\.yaml:7:1:/g)).toHaveLength(1)
    expect((await page()).status).toBe(200)
    expect(await service.stop()).toBe(0)
    await rm(folder, { recursive: true })
  })

  it('names line, word and fix of a mistake; the corrected rule is in table, alerts and dashboard without a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pitwall-rules-'))
    const [file, config] = [join(folder, 'crowded.yaml'), join(folder, 'config.mjs')]
    await writeFile(file, crowdedCache('pitwall_cache_entry_limt'))
    await writeFile(config, `export default { settings: { windowMs: '3s', blocks: 3, scrapeIntervalMs: '500ms' } }`)
    const url = stack().endpoints.prometheus ?? ''
    const service = await serving('--prometheus', url, '--interval', '100ms', '--rules', file, '--config', config)
    optimizer = async () => await (await fetch(`${service.url}/metrics`)).text()
    await eventually('the mistake', async () => service.said().includes('crowded.yaml'))
    expect(service.said()).toContain(
      `${file}:7:12: expr asks for 'pitwall_cache_entry_limt', which Pitwall does not export; did you mean 'pitwall_cache_entry_limit'?`,
    )
    await writeFile(file, crowdedCache(prometheusName(cache.entryLimit)))
    await eventually('the row of the table', async () => (await (await fetch(service.url)).text()).includes('>Look at quotes<'))
    await eventually('the alert', async () => (await query(stack(), `ALERTS{rule="crowded-cache",alertstate="firing"}`)).length === 1)
    const shown = (await discoverDashboards())
      .filter(({ name }) => name === 'recommendations')
      .flatMap(({ dashboard }) => dashboardExpressions(dashboard))
      .find(({ where }) => where === 'What to change, and what it saves')
    const rows = await query(stack(), substituteVariables(shown?.expr ?? '', '5s'))
    expect(rows.map(({ labels }) => labels['title'])).toEqual(['Look at quotes'])
    optimizer = () => Promise.resolve('')
    expect(await service.stop()).toBe(0)
    await rm(folder, { recursive: true })
  })

  it('says "no verdict" while Prometheus is down, once, and keeps serving', async () => {
    const service = await serving('--prometheus', await deadEndpoint(), '--interval', '100ms')
    await eventually('three cycles', async () =>
      /pitwall_verdict="false".*\} [3-9]/.test(await (await fetch(`${service.url}/metrics`)).text()),
    )
    expect(await health(service.url)).toMatchObject({ status: 'up', verdict: false, reason: expect.stringContaining('cannot be reached') })
    expect(await (await fetch(service.url)).text()).toContain('No verdict.')
    expect(service.said().match(/cannot be reached/g)).toHaveLength(1)
    expect(await service.stop()).toBe(0)
  })

  it('keeps evaluating while the Collector is down', async () => {
    const service = await serving('--prometheus', stack().endpoints.prometheus ?? '', '--otlp', await deadEndpoint(), '--interval', '100ms')
    await eventually('a verdict', async () => (await health(service.url))['verdict'])
    expect(await service.stop()).toBe(0)
  })

  it('stops at once on SIGTERM, in the middle of a query that Prometheus does not answer', async () => {
    await using frozen = await startFrozenReceiver()
    const child: ChildProcess = spawn(process.execPath, [bin, 'serve', '--port', '0', '--prometheus', frozen.endpoint], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const closed = once(child, 'close')
    await once(child.stderr ?? child, 'data')
    const from = performance.now()
    child.kill('SIGTERM')
    await closed
    expect(child.exitCode).toBe(0)
    expect(performance.now() - from).toBeLessThan(5_000)
  })

  it.each([
    [['--port', 'x'], '--port must be a number from 0 to 65535'],
    [['--prometheus', 'nowhere'], 'must be an address'],
    [['--otlp', 'nowhere'], '--otlp must be an address'],
    [['--interval', 'soon'], 'must be a duration'],
    [['--otlp', 'http://127.0.0.1:4318', '--interval', '5m'], '--interval must be 4m or less'],
    [['--report', 'advice.pdf'], 'A report is written as'],
  ])('refuses %j with one sentence', async (args, sentence) => {
    const { code, said } = await refused('--port', '0', ...args)
    expect(code).toBe(2)
    expect(said).toContain(sentence)
    expect(said.trim().split('\n')).toHaveLength(1)
  })

  it('says that its port is taken', async () => {
    const service = await serving('--prometheus', await deadEndpoint())
    const { code, said } = await refused('--port', new URL(service.url).port)
    expect(code).toBe(2)
    expect(said).toContain('(EADDRINUSE); choose another with --port')
    await service.stop()
  })
})
