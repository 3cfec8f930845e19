import { describe, expect, it } from 'vitest'
import { type AgentEnd, runPreloaded, startPreloaded } from '../support/agent-process.ts'
import { deadEndpoint, startFrozenReceiver, startReceiver } from '../support/otlp-receiver.ts'

/** Counts one call and goes on for as long as the rest of the source says. */
const counting = `
  import { metrics } from '@opentelemetry/api'
  metrics.getMeter('agent').createCounter('agent.calls').add(1)
`
const shortWork = `${counting} process.exitCode = 3; console.log('work is done')`
const longWork = `${counting} setInterval(() => {}, 1000); console.log('at work')`

const lines = (end: AgentEnd) => end.stderr.split('\n').filter((line) => line !== '')

describe('the end of an agent process', () => {
  it('sends what a short process has counted, keeps its exit code and prints nothing', async () => {
    await using collector = await startReceiver()
    const end = await runPreloaded(shortWork, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint })
    expect(end).toMatchObject({ code: 3, stdout: 'work is done\n', stderr: '' })
    expect(collector.received('/v1/metrics', 'agent.calls')).toBe(true)
  })

  it('does not wait for a dead Collector, and says so in one line', async () => {
    const end = await runPreloaded(shortWork, { OTEL_EXPORTER_OTLP_ENDPOINT: await deadEndpoint() })
    expect(end.code).toBe(3)
    expect(end.endingMs).toBeLessThan(1_000)
    expect(lines(end)).toHaveLength(1)
    expect(end.stderr).toContain('ECONNREFUSED')
  })

  it('says nothing where OTEL_LOG_LEVEL is none', async () => {
    const end = await runPreloaded(shortWork, { OTEL_EXPORTER_OTLP_ENDPOINT: await deadEndpoint(), OTEL_LOG_LEVEL: 'none' })
    expect(end).toMatchObject({ code: 3, stdout: 'work is done\n', stderr: '' })
  })

  it('says it once, not once an export', async () => {
    const work = `${counting} await new Promise((resolve) => setTimeout(resolve, 600)); console.log('work is done')`
    const end = await runPreloaded(work, { OTEL_EXPORTER_OTLP_ENDPOINT: await deadEndpoint(), OTEL_METRIC_EXPORT_INTERVAL: '100' })
    expect(end.code).toBe(0)
    expect(end.endingMs).toBeLessThan(1_000)
    expect(lines(end)).toHaveLength(1)
  })

  it('ends at once where the Collector is there and refuses everything', async () => {
    await using collector = await startReceiver({ status: 503 })
    const work = `${counting} await new Promise((resolve) => setTimeout(resolve, 600)); console.log('work is done')`
    const end = await runPreloaded(work, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_METRIC_EXPORT_INTERVAL: '100' })
    expect(end.code).toBe(0)
    expect(end.endingMs).toBeLessThan(1_000)
    expect(lines(end)).toEqual([expect.stringContaining('it answered 503')])
  })

  it('waits two seconds for a frozen Collector, exports under way included', async () => {
    await using collector = await startFrozenReceiver()
    const work = `${counting} await new Promise((resolve) => setTimeout(resolve, 600)); process.exitCode = 4; console.log('work is done')`
    const end = await runPreloaded(work, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_METRIC_EXPORT_INTERVAL: '100' })
    expect(end.code).toBe(4)
    expect(end.endingMs).toBeLessThan(2_500)
    expect(lines(end)).toHaveLength(1)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('sends the rest on %s and then dies of it', async (signal) => {
    await using collector = await startReceiver()
    const agent = startPreloaded(longWork, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint })
    await agent.printed('at work')
    agent.signal(signal)
    expect(await agent.end).toMatchObject({ code: null, signal, stderr: '' })
    expect(collector.received('/v1/metrics', 'agent.calls')).toBe(true)
  })

  it('dies of a signal within 2.5 s where the Collector is frozen, spans included', async () => {
    await using collector = await startFrozenReceiver()
    const tracing = `import { trace } from '@opentelemetry/api'; trace.getTracer('agent').startSpan('request').end();`
    const agent = startPreloaded(`${tracing} ${longWork}`, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: '100',
      OTEL_TRACES_EXPORTER: 'otlp',
    })
    await agent.printed('at work')
    agent.signal('SIGTERM')
    const end = await agent.end
    expect(end.signal).toBe('SIGTERM')
    expect(end.endingMs).toBeLessThan(2_500)
    expect(lines(end)).toHaveLength(1)
  })

  it('dies at once of the second signal', async () => {
    await using collector = await startFrozenReceiver()
    const agent = startPreloaded(longWork, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint })
    await agent.printed('at work')
    agent.signal('SIGINT')
    setTimeout(() => agent.signal('SIGINT'), 200)
    const end = await agent.end
    expect(end.signal).toBe('SIGINT')
    expect(end.endingMs).toBeLessThan(1_000)
  })

  it('leaves a signal to the agent that handles it, even by a listener that listens once', async () => {
    await using collector = await startReceiver()
    const work = `${longWork}; process.once('SIGTERM', () => setTimeout(() => process.exit(7), 300))`
    const agent = startPreloaded(work, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint })
    await agent.printed('at work')
    agent.signal('SIGTERM')
    expect(await agent.end).toMatchObject({ code: 7, signal: null, stderr: '' })
    expect(collector.received('/v1/metrics', 'agent.calls')).toBe(true)
  })

  it('waits once for a frozen Collector, also where the agent ends in its own way after a signal', async () => {
    await using collector = await startFrozenReceiver()
    const work = `${counting} const timer = setInterval(() => {}, 1000); process.on('SIGTERM', () => clearInterval(timer)); console.log('at work')`
    const agent = startPreloaded(work, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint })
    await agent.printed('at work')
    agent.signal('SIGTERM')
    const end = await agent.end
    expect(end).toMatchObject({ code: 0, signal: null })
    expect(end.endingMs).toBeLessThan(2_500)
    expect(lines(end)).toHaveLength(1)
  })

  it('keeps the code of process.exit and of an uncaught error', async () => {
    await using collector = await startFrozenReceiver()
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }
    const [exited, failed] = await Promise.all([
      runPreloaded(`${counting} process.exit(5)`, env),
      runPreloaded(`${counting} throw new Error('the agent failed')`, env),
    ])
    expect(exited).toMatchObject({ code: 5, stderr: '' })
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('the agent failed')
  })
})
