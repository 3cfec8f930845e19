import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { AlwaysOffSampler, InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { measuredCall } from '../../../sdk/src/calls/measured-call.ts'
import { CallStatistics } from '../../../sdk/src/sampling/call-statistics.ts'
import { FollowedFunction } from '../../../sdk/src/sampling/followed-call.ts'
import { OnLoopRecorder } from '../../../sdk/src/sampling/on-loop-recorder.ts'
import { SegmentRing } from '../../../sdk/src/sampling/segment-ring.ts'
import { ManualClock } from '../../support/clock.ts'

describe('the time of a call that is followed', () => {
  const exporter = new InMemorySpanExporter()
  beforeEach(() => {
    exporter.reset()
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  })
  afterEach(() => {
    trace.disable()
    context.disable()
  })

  /** Labels of the one segment that a call leaves, made under a span of this provider. */
  function labelsUnder(provider: TracerProvider): object | undefined {
    trace.setGlobalTracerProvider(provider)
    const clock = new ManualClock()
    const ring = new SegmentRing()
    const recorder = new OnLoopRecorder(clock, ring)
    const statistics = new CallStatistics('plan', false, clock)
    statistics.follower = new FollowedFunction('plan', recorder)
    recorder.open(() => {})
    trace.getTracer('test').startActiveSpan('request', (span) => {
      measuredCall(statistics, () => clock.advance(5))
      span.end()
    })
    recorder.close()
    return ring.between(0, 1e12, 0)[0]?.labels
  }

  it('is labelled with the function and the span of the call', () => {
    const labels = labelsUnder(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
    const span = exporter
      .getFinishedSpans()
      .find(({ name }) => name === 'plan')
      ?.spanContext()
    expect(span).toBeDefined()
    expect(labels).toEqual({ function: 'plan', traceId: span?.traceId, spanId: span?.spanId })
  })

  it('is labelled with no span that nobody records', () => {
    expect(labelsUnder(new TracerProvider({ sampler: new AlwaysOffSampler() }))).toEqual({ function: 'plan' })
  })
})

describe('a followed call that never waits', () => {
  it.each([() => 1, () => JSON.parse('{')])('has no waiting, however long we take before it and after it: %s', (work) => {
    let now = 0
    const clock = { now: () => ++now }
    const recorder = new OnLoopRecorder(clock)
    const statistics = new CallStatistics('plan', false, clock)
    const follower = new FollowedFunction('plan', recorder)
    statistics.follower = follower
    recorder.open(() => {})
    try {
      measuredCall(statistics, work)
    } catch {
      // A call that fails is one as well.
    }
    recorder.close()
    expect(follower.isRunning).toBe(false)
    expect(follower.onLoopMs).toBeGreaterThan(0)
    expect(follower.durationMs(now)).toBe(follower.onLoopMs)
  })
})
