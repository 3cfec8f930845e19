import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { calls } from '../../sdk/src/contract/index.ts'
import { profiled } from '../../sdk/src/profiled.ts'
import { getProfiler } from '../../sdk/src/profiler.ts'
import { markCached } from '../../sdk/src/sampling/cached-mark.ts'
import { ManualClock } from '../support/clock.ts'
import { total } from '../support/collected.ts'

const profiler = getProfiler()
const clock = new ManualClock()
const taking = (name: string) => profiled((milliseconds: number) => clock.advance(milliseconds), { name, clock })

beforeEach(() => profiler.clear())

describe('the summary of a function', () => {
  it('is what its calls were', () => {
    const call = taking('summary.exact')
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 1_000, noNaN: true }), { minLength: 1, maxLength: 50 }), (durations) => {
        profiler.clear('summary.exact')
        for (const milliseconds of durations) call(milliseconds)
        const summary = profiler.summary('summary.exact')
        const mean = durations.reduce((sum, duration) => sum + duration, 0) / durations.length
        const variance = durations.reduce((sum, duration) => sum + (duration - mean) ** 2, 0) / durations.length
        expect(summary?.count).toBe(durations.length)
        expect(summary?.meanMs).toBeCloseTo(mean, 4)
        expect(summary?.minMs).toBeCloseTo(Math.min(...durations), 6)
        expect(summary?.maxMs).toBeCloseTo(Math.max(...durations), 6)
        expect(Math.abs((summary?.standardDeviationMs ?? 0) - Math.sqrt(variance))).toBeLessThan(0.01 + Math.sqrt(variance) * 1e-3)
      }),
    )
  })

  it('has percentiles, errors and the longest time that it held the event loop', () => {
    const call = profiled(
      (milliseconds: number) => {
        clock.advance(milliseconds)
        if (milliseconds === 100) throw new Error('slow')
      },
      { name: 'summary.percentiles', clock },
    )
    for (let milliseconds = 1; milliseconds < 100; milliseconds++) call(milliseconds)
    expect(() => call(100)).toThrow('slow')
    const { p50Ms = 0, p99Ms = 0, p999Ms = 0, ...summary } = profiler.summary('summary.percentiles') ?? {}
    expect(summary).toMatchObject({ count: 100, errors: 1, maxBlockingMs: 100 })
    expect([p50Ms / 50, p99Ms / 99, p999Ms / 100].every((ratio) => Math.abs(ratio - 1) < 0.125)).toBe(true)
  })

  it('joins the calls that go through a cache and those that do not', () => {
    taking('summary.joined')(5)
    profiled(
      markCached((milliseconds: number) => clock.advance(milliseconds)),
      { name: 'summary.joined', clock },
    )(1)
    expect(profiler.summary('summary.joined')).toMatchObject({ count: 2, totalMs: expect.closeTo(6), minMs: expect.closeTo(1) })
  })

  it('has a trend once there are ten intervals with calls, and forgets what is older than it is told to remember', () => {
    profiler.retain({ maxAge: '100s', intervals: 20 })
    const call = taking('summary.trend')
    for (let interval = 0; interval < 9; interval++) {
      call(10 + interval)
      clock.advance(5_000)
    }
    expect(profiler.summary('summary.trend')?.trend).toBeUndefined()
    for (let interval = 9; interval < 60; interval++) {
      call(10 + interval)
      clock.advance(5_000)
    }
    const { trend } = profiler.summary('summary.trend') ?? {}
    expect(trend?.points).toBeLessThanOrEqual(21)
    expect(trend?.slopePerMinute).toBeCloseTo(12, 0)
    expect(trend?.pValue).toBeLessThan(0.001)
    clock.advance(200_000)
    expect(profiler.summary('summary.trend')?.trend).toBeUndefined()
  })

  it('begins anew when it is cleared, while what is exported counts on', () => {
    const call = taking('summary.cleared')
    call(5)
    profiler.clear('summary.cleared')
    expect(profiler.summary('summary.cleared')).toMatchObject({ count: 0, totalMs: 0, minMs: 0, maxMs: 0, p99Ms: 0 })
    call(7)
    expect(profiler.summary('summary.cleared')).toMatchObject({ count: 1, minMs: expect.closeTo(7) })
    expect(total(calls.duration, { 'code.function.name': 'summary.cleared' })).toBe(2)
  })

  it('is not there for a name that nobody has used', () => {
    expect(profiler.summary('summary.unknown')).toBeUndefined()
  })
})

describe('the summaries of all functions', () => {
  it('come in the order that is asked for, at most so many', () => {
    const [one, other] = [taking('summaries.b'), taking('summaries.a')]
    one(1_000_000)
    for (let call = 0; call < 100; call++) other(10)
    const names = (options?: Parameters<typeof profiler.summaries>[0]) => profiler.summaries(options).map(({ name }) => name)
    expect(names({ limit: 2 })).toEqual(['summaries.b', 'summaries.a'])
    expect(names({ sort: 'count', limit: 1 })).toEqual(['summaries.a'])
    expect(names({ sort: 'name' })).toEqual(names({ sort: 'name' }).toSorted())
  })

  it.each([
    [() => Reflect.apply(profiler.summaries, profiler, [{ sort: 'age' }]), /^sort must be one of name, count, .*, got 'age'\.$/],
    [() => profiler.summaries({ limit: -1 }), 'limit must be a number from 0, got -1.'],
    [() => profiler.retain({ maxAge: 5, intervals: 10 }), 'maxAge must be from a second to seven days, got 5.'],
    [() => profiler.retain({ intervals: 1 }), 'intervals must be a whole number from 10 to 1000, got 1.'],
  ])('are refused for what cannot be, in one sentence', (ask, sentence) => {
    expect(ask).toThrow(sentence)
  })
})
