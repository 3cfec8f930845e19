import { diag } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { calls } from '../../../sdk/src/contract/index.ts'
import { ScrapeReader } from '../../../sdk/src/telemetry/scrape.ts'
import { addSource } from '../../../sdk/src/telemetry/source.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await Promise.all(cleanUps.splice(0).map((cleanUp) => cleanUp()))
})

function start(options: ConstructorParameters<typeof ScrapeReader>[0] = { port: 0 }) {
  const reader = new ScrapeReader(options)
  const provider = new MeterProvider({ resource: resourceFromAttributes({ 'service.name': 'agent' }), readers: [reader] })
  cleanUps.push(() => provider.shutdown())
  cleanUps.push(addSource({ collect: (sink) => sink.number(calls.errors, { 'code.function.name': 'search' }, 2) }))
  return { reader, provider, page: async () => (await fetch((await reader.endpoint) ?? 'about:blank')).text() }
}

describe('being scraped directly', () => {
  it('shows our metrics and the instruments of the agent, by the names that the Collector gives them', async () => {
    const { provider, page } = start()
    const meter = provider.getMeter('agent')
    meter.createHistogram('gen_ai.client.operation.duration', { unit: 's', advice: { explicitBucketBoundaries: [1] } }).record(0.5)
    meter.createObservableGauge('nodejs.eventloop.utilization', { unit: '1' }).addCallback((result) => result.observe(0.25))
    const lines = (await page()).split('\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        'pitwall_function_errors_total{code_function_name="search",service_name="agent"} 2',
        'gen_ai_client_operation_duration_seconds_bucket{service_name="agent",le="1"} 1',
        'nodejs_eventloop_utilization_ratio{service_name="agent"} 0.25',
      ]),
    )
    expect(lines.join()).not.toContain('otel_scope')
  })

  it('shows our metrics alone where the agent has readers of its own', async () => {
    const { provider, page } = start({ port: 0, ownMetricsOnly: true })
    provider.getMeter('agent').createCounter('agent.calls').add(1)
    const text = await page()
    expect(text).toContain('pitwall_function_errors_total')
    expect(text).not.toContain('agent_calls')
  })

  it('listens where OTEL_EXPORTER_PROMETHEUS_HOST and _PORT say', async () => {
    vi.stubEnv('OTEL_EXPORTER_PROMETHEUS_HOST', 'localhost')
    vi.stubEnv('OTEL_EXPORTER_PROMETHEUS_PORT', '0')
    expect(await start({}).reader.endpoint).toMatch(/^http:\/\/localhost:\d+\/metrics$/)
  })

  it('has no page, and one warning, where the port is taken', async () => {
    const warn = vi.spyOn(diag, 'warn')
    const port = Number(new URL((await start().reader.endpoint) ?? '').port)
    expect(await start({ port }).reader.endpoint).toBeUndefined()
    expect(warn).toHaveBeenCalledOnce()
  })

  it('goes on with the other sources where one is broken', async () => {
    cleanUps.push(
      addSource({
        collect() {
          throw new Error('broken')
        },
      }),
    )
    expect(await start().page()).toContain('pitwall_function_errors_total')
  })

  it('stops listening when its provider shuts down', async () => {
    const { reader, provider } = start()
    const endpoint = (await reader.endpoint) ?? ''
    await provider.shutdown()
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed')
  })
})
