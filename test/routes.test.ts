import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import type { Stack } from '../collector-processor/src/servers/stack.ts'
import { calls, cache, prometheusName, reuse } from '../sdk/src/contract/index.ts'
import { collectorConfigPath, remoteWriteConfig } from './support/collector-config.ts'
import { eventually } from './support/eventually.ts'
import { prometheus3 } from './support/prometheus3.ts'
import { startTestStack } from './support/stack.ts'

/*
 * One agent process, and the same points on every route at the same time:
 *
 *   agent ── scraped ─────────────────────────────────────────────→ Prometheus   direct scrape
 *     └── OTLP → Collector ── `prometheus` exporter, scraped ─────→ Prometheus   exporter
 *                    ├── OTLP → Collector ── remote write ────────→ Prometheus   remote write
 *                    └── OTLP ────────────────────────────────────→ Prometheus 3 OTLP (where one is to be had)
 */
const three = await prometheus3()
const stacks: Stack[] = []
let folder: string
let agent: ChildProcess
let exporter: Stack
let remoteWrite: Stack
let otlp: Stack | undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-routes-'))
  await writeFile(join(folder, 'remote-write.yaml'), remoteWriteConfig())
  remoteWrite = await start({ collectorConfig: join(folder, 'remote-write.yaml'), scrapeCollector: false })
  if (three !== undefined) otlp = await startTestStack(['prometheus'], { env: { ...process.env, PITWALL_PROMETHEUS: three } })
  if (otlp !== undefined) stacks.push(otlp)
  await writeFile(join(folder, 'forward.yaml'), await forwarding(remoteWrite, otlp))
  exporter = await start({ collectorConfig: join(folder, 'forward.yaml') })
  const port = await startAgent(exporter)
  await exporter.scrape([`127.0.0.1:${port}`])
}, 600_000)

afterAll(async () => {
  agent?.kill('SIGKILL')
  await Promise.all(stacks.map((stack) => stack.stop()))
  await rm(folder, { recursive: true, force: true })
})

async function start(options: Parameters<typeof startTestStack>[1]): Promise<Stack> {
  const stack = await startTestStack(['collector', 'prometheus'], options)
  stacks.push(stack)
  return stack
}

/** The shipped configuration, with the metrics forwarded to the other routes as well. */
async function forwarding(toRemoteWrite: Stack, toOtlp: Stack | undefined): Promise<string> {
  const config = parse(await readFile(collectorConfigPath, 'utf8'))
  config.exporters['otlp_http/remote_write'] = { endpoint: toRemoteWrite.endpoints.otlp }
  if (toOtlp !== undefined) config.exporters['otlp_http/otlp'] = { endpoint: `${toOtlp.endpoints.prometheus}/api/v1/otlp` }
  config.service.pipelines.metrics.exporters = Object.keys(config.exporters).filter((name) => name !== 'debug')
  return stringify(config)
}

async function startAgent(stack: Stack): Promise<string> {
  agent = spawn(process.execPath, [resolve(import.meta.dirname, 'support/agents/every-metric.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: stack.endpoints.otlp,
      OTEL_SERVICE_NAME: 'travel-agent',
      OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=fleet,service.instance.id=one,service.version=1.2.3',
    },
  })
  return await new Promise((printed) => agent.stdout?.once('data', (port) => printed(String(port).trim())))
}

/**
 * Every series of the agent on one route, as text: name and labels, without `job` and `instance`, which say where a series was scraped.
 * `target_info` is left out: it exists to carry what `job` and `instance` stand for. Prometheus 3 writes `le="1"` as `le="1.0"`.
 */
async function seriesOf(stack: Stack | undefined, selector: string): Promise<Set<string>> {
  const match = encodeURIComponent(`{__name__!~"up|scrape_.+|target_info|otel_.+|promhttp_.+",${selector}}`)
  const response = await fetch(`${stack?.endpoints.prometheus}/api/v1/series?match[]=${match}`)
  const { data }: { data: Record<string, string>[] } = JSON.parse(await response.text())
  return new Set(data.map(({ __name__: name = '', job: _job, instance: _instance, ...labels }) => `${name}${text(labels)}`))
}

function text(labels: Record<string, string>): string {
  return JSON.stringify(
    Object.entries(labels)
      .map(([name, value]) => [name, name === 'le' ? String(Number(value.replace('+Inf', 'Infinity'))) : value])
      .toSorted(),
  )
}

/** Waits until two routes have the same series; new ones appear as the agent works, not on all routes in the same instant. */
async function expectSame(one: () => Promise<Set<string>>, other: () => Promise<Set<string>>): Promise<void> {
  const difference = async (): Promise<{ missing: string[]; extra: string[] }> => {
    const [a, b] = await Promise.all([one(), other()])
    return { missing: [...a].filter((one) => !b.has(one)), extra: [...b].filter((one) => !a.has(one)) }
  }
  await eventually('the same series', async () => {
    const { missing, extra } = await difference()
    return missing.length + extra.length === 0
  }).catch(() => {})
  expect(await difference()).toEqual({ missing: [], extra: [] })
}

const direct = (): Promise<Set<string>> => seriesOf(exporter, 'job="agents"')

/** The routes that are compared with the direct scrape. */
const routes: (readonly [route: string, stack: () => Stack | undefined, selector: string])[] = [
  ['through the Collector and its Prometheus exporter', () => exporter, 'job="fleet/travel-agent"'],
  ['through the Collector and remote write', () => remoteWrite, 'job="fleet/travel-agent"'],
]
if (three === undefined)
  console.log('OTLP into Prometheus is not compared: there is no Prometheus 3 here (PITWALL_TEST_PROMETHEUS3=1 builds one)')
else routes.push(['over OTLP into Prometheus 3', () => otlp, 'job="fleet/travel-agent"'])

/** Beginnings of series of a histogram of each kind, and of a counter. */
const names = [
  ...[calls.duration, cache.loadDuration, reuse.distance].map((metric) => `${prometheusName(metric)}_bucket[`),
  `${prometheusName(cache.requests)}[`,
]

describe('series names and labels', () => {
  it('are those of the contract, and say who sent them', async () => {
    const series = await eventually('the agent to be scraped', async () => {
      const found = await direct()
      // Arguments are followed after the first calls: their series come a scrape later.
      return names.every((name) => [...found].some((one) => one.startsWith(name))) && [...found]
    })
    expect(series.length).toBeGreaterThan(50)
    for (const one of series) {
      expect(one).toContain(
        '["service_instance_id","one"],["service_name","travel-agent"],["service_namespace","fleet"],["service_version","1.2.3"]',
      )
    }
  })

  it.each(routes)('are the same %s as in a direct scrape', async (_, stack, selector) => {
    await expectSame(direct, () => seriesOf(stack(), selector))
  })
})
