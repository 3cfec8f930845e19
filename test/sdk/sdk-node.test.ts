import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { calls } from '../../sdk/src/contract/index.ts'
import { runAgent, runPreloaded } from '../support/agent-process.ts'
import { type Receiver, startFrozenReceiver, startReceiver } from '../support/otlp-receiver.ts'

const setUp = `
  import { metrics } from '@opentelemetry/api'
  import { NodeSDK } from '@opentelemetry/sdk-node'
  import { withPitwall } from '@pitwall/sdk'
  import { calls } from '@pitwall/sdk/contract'
  import { addSource } from './sdk/dist/telemetry/source.js'
  addSource({ collect: (sink) => sink.number(calls.active, { 'code.function.name': 'search' }, 1) })
`
// The Node SDK sends the command line, hence this text, as a resource attribute: the name must not be found there.
const working = `metrics.getMeter('agent').createCounter(['agent', 'calls'].join('.')).add(1)`

let collector: Receiver
let env: Record<string, string>
beforeAll(async () => {
  collector = await startReceiver()
  env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }
})
afterAll(() => collector[Symbol.asyncDispose]())

describe('withPitwall in the OpenTelemetry Node SDK', () => {
  it('sends our metrics and those of the agent, under the resource of the Node SDK', async () => {
    const source = `${setUp}
      const sdk = new NodeSDK(withPitwall({ serviceName: 'with-node-sdk' }))
      sdk.start()
      ${working}
      await sdk.shutdown()`
    expect(await runAgent(source, env)).toMatchObject({ code: 0, stderr: '' })
    expect(['with-node-sdk', 'agent.calls', calls.active.name].filter((text) => !collector.received('/v1/metrics', text))).toEqual([])
  })

  it('leaves the readers of the agent as they are, and sends nothing twice', async () => {
    await using second = await startReceiver()
    const source = `${setUp}
      import { AggregationTemporality, InMemoryMetricExporter, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
      const mine = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
      const sdk = new NodeSDK(withPitwall({ metricReaders: [new PeriodicExportingMetricReader({ exporter: mine })] }))
      sdk.start()
      ${working}
      const names = () => mine.getMetrics().flatMap((r) => r.scopeMetrics.flatMap((s) => s.metrics.map((m) => m.descriptor.name)))
      await sdk._meterProvider.forceFlush()
      console.log(names().join())
      await sdk.shutdown()`
    const end = await runAgent(source, { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: second.endpoint })
    expect(end).toMatchObject({ code: 0, stdout: 'agent.calls\n', stderr: '' })
    expect(second.received('/v1/metrics', calls.active.name)).toBe(true)
    expect(second.received('/v1/metrics', 'agent.calls')).toBe(false)
  })

  it('lets sdk.shutdown() end within 2.5 s where the Collector is frozen', async () => {
    await using frozen = await startFrozenReceiver()
    const source = `${setUp}
      const sdk = new NodeSDK(withPitwall({}))
      sdk.start()
      ${working}
      console.log('work is done')
      await sdk.shutdown()`
    const end = await runAgent(source, { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: frozen.endpoint })
    expect(end.code).toBe(0)
    expect(end.endingMs).toBeLessThan(2_500)
  })

  it('adds nothing, and says so, where the process is preloaded with the SDK already', async () => {
    const source = `import { withPitwall } from '@pitwall/sdk'; const mine = {}; console.log(withPitwall(mine) === mine)`
    const end = await runPreloaded(source, env)
    expect(end).toMatchObject({ code: 0, stdout: 'true\n' })
    expect(end.stderr).toMatch(/^pitwall: OpenTelemetry metrics are set up already.*\n$/)
  })

  it('changes nothing where OTEL_SDK_DISABLED is true', async () => {
    const source = `import { withPitwall } from '@pitwall/sdk'; const mine = {}; console.log(withPitwall(mine) === mine)`
    expect(await runAgent(source, { OTEL_SDK_DISABLED: 'true' })).toMatchObject({ code: 0, stdout: 'true\n', stderr: '' })
  })
})
