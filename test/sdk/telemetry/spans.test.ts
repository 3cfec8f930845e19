import { context, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { AlwaysOffSampler, InMemorySpanExporter, type Sampler, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { callSpan, loadSpan } from '../../../sdk/src/telemetry/spans.ts'

const exporter = new InMemorySpanExporter()

function startTracing(sampler?: Sampler): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })], ...(sampler && { sampler }) }),
  )
}

afterEach(() => {
  exporter.reset()
  trace.disable()
  context.disable()
})

/** Runs the work as part of a request of the agent; gives back the names of all finished spans. */
async function inRequest(work: () => unknown): Promise<string[]> {
  await trace.getTracer('agent').startActiveSpan('request', async (span) => {
    await work()
    span.end()
  })
  return exporter.getFinishedSpans().map((span) => span.name)
}

describe('spans of loads and calls', () => {
  it('are children of the request that is recorded', async () => {
    startTracing()
    expect(await inRequest(() => loadSpan('answers', () => callSpan('search', () => 1)))).toEqual(['search', 'load answers', 'request'])
    const [call, load] = exporter.getFinishedSpans()
    expect(call?.parentSpanContext?.spanId).toBe(load?.spanContext().spanId)
    expect(call?.instrumentationScope.name).toBe('@pitwall/sdk')
  })

  it('do not start a query that runs when it is awaited', async () => {
    startTracing()
    class Query extends Promise<number> {}
    const query = Query.resolve(7)
    const awaited = vi.spyOn(query, 'then')
    expect(await inRequest(() => void callSpan('search', () => query))).toEqual(['search', 'request'])
    expect(awaited).not.toHaveBeenCalled()
  })

  it('give back what the function does, and end with its promise', async () => {
    startTracing()
    const names = await inRequest(async () => {
      const pending = callSpan('search', () => Promise.resolve(7))
      expect(exporter.getFinishedSpans()).toHaveLength(0)
      expect(await pending).toBe(7)
    })
    expect(names).toEqual(['search', 'request'])
  })

  it.each([
    ['thrown', () => callSpan('search', failing)],
    ['rejected', () => callSpan('search', () => Promise.resolve().then(failing))],
  ])('pass on an error that is %s, and name its class but not its text', async (_, call) => {
    startTracing()
    await inRequest(() => expect(async () => call()).rejects.toThrow('key 42 is secret'))
    expect(exporter.getFinishedSpans()[0]).toMatchObject({
      attributes: { 'error.type': 'RangeError' },
      status: { code: SpanStatusCode.ERROR },
      events: [],
    })
  })

  it('are not made without a request, nor under one that is not sampled, nor without tracing', async () => {
    expect(callSpan('search', () => 1)).toBe(1)
    startTracing()
    expect(callSpan('search', () => 1)).toBe(1)
    expect(exporter.getFinishedSpans()).toEqual([])
    trace.disable()
    context.disable()
    startTracing(new AlwaysOffSampler())
    expect(await inRequest(() => callSpan('search', () => 1))).toEqual([])
  })
})

function failing(): never {
  throw new RangeError('key 42 is secret')
}
