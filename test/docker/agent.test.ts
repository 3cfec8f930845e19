import { describe, expect, it } from 'vitest'
import { startAgent } from '../support/agent-process.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver } from '../support/otlp-receiver.ts'

describe('the example agent', () => {
  it('reports its functions and caches to the Collector, and ends on SIGTERM', async () => {
    await using collector = await startReceiver()
    const agent = startAgent(['--import', '@pitwall/sdk/register', 'docker/agent.js'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: '250',
      REDIS_URL: 'redis://127.0.0.1:1',
    })
    for (const name of ['searchFlights', 'cityDetails', 'exchangeRate']) {
      await eventually(`metrics of ${name}`, () => collector.received('/v1/metrics', name))
    }
    agent.signal('SIGTERM')
    expect((await agent.end).signal).toBe('SIGTERM')
  })
})
