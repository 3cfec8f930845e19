import { describe, expect, it } from 'vitest'
import { measuredCall } from '../../../sdk/src/calls/measured-call.ts'
import { cpuWait } from '../../../sdk/src/contract/index.ts'
import { CallFollowing } from '../../../sdk/src/sampling/call-following.ts'
import { CallStatistics } from '../../../sdk/src/sampling/call-statistics.ts'
import type { MetricSource } from '../../../sdk/src/telemetry/source.ts'
import { ManualClock } from '../../support/clock.ts'
import { seeded } from '../../support/random.ts'

/** Follows functions on a clock that the test moves; what the hooks would tell, the calls themselves do: they run to their first `await`. */
function setUp(...names: string[]) {
  return setUpBusy(1, ...names)
}

/** The same in a process that is busy for this share of the time. */
function setUpBusy(busy: number, ...names: string[]) {
  const clock = new ManualClock()
  const functions = names.map((name) => new CallStatistics(name, false, clock))
  const log = { hooks: 0, unhooked: 0, spent: 0 }
  const following = new CallFollowing({
    clock,
    random: seeded(7),
    busy: () => busy,
    functions: () => functions,
    hook: () => {
      log.hooks++
      return () => void log.unhooked++
    },
    spent: (milliseconds) => void (log.spent += milliseconds),
  })
  /** A call that holds the loop and then waits. */
  const call = async (statistics: CallStatistics | undefined, holdMs: number, waitMs: number) => {
    if (statistics === undefined) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const result = measuredCall(statistics, () => {
      clock.hold(holdMs)
      return promise
    })
    clock.advance(waitMs)
    resolve()
    await result
  }
  return { clock, functions, following, call, log }
}

/** Seconds on the event loop and of waiting, by function. */
function timesOf(source: MetricSource): Record<string, { cpu?: number; wait?: number }> {
  const times: Record<string, { cpu?: number; wait?: number }> = {}
  source.collect({
    number: (metric, attributes, value) => {
      const name = String(Object.values(attributes)[0])
      times[name] = { ...times[name], [metric.name === cpuWait.cpuTime.name ? 'cpu' : 'wait']: value }
    },
    histogram: () => {},
  })
  return times
}

describe('following calls in windows of time', () => {
  it('tells how the time of all calls divides, though most of them were not seen', async () => {
    const { functions, following, call, log } = setUp('plan', 'search')
    const stop = following.start()
    const [plan, search] = functions
    for (let count = 0; count < 3_000; count++) {
      await call(plan, 3, 7)
      await call(search, 1, 9)
    }
    const { plan: planned, search: searched } = timesOf(following)
    expect(planned?.cpu).toBeCloseTo(9, 0)
    expect((planned?.cpu ?? 0) + (planned?.wait ?? 0)).toBeGreaterThan(29)
    expect((planned?.cpu ?? 0) + (planned?.wait ?? 0)).toBeLessThanOrEqual(30.001)
    expect(searched?.cpu).toBeCloseTo(3, 0)
    expect(log.hooks).toBeGreaterThan(150)
    expect(log.hooks - log.unhooked).toBeLessThanOrEqual(1)
    stop()
    expect(log.hooks).toBe(log.unhooked)
  })

  it('counts the waiting of calls that never end', () => {
    const { clock, functions, following } = setUp('serve')
    following.start()
    const [serve] = functions
    if (serve !== undefined) void measuredCall(serve, () => new Promise(() => {}))
    clock.advance(10_000)
    const { serve: served } = timesOf(following)
    expect(served?.cpu).toBe(0)
    expect(served?.wait).toBeGreaterThan(8)
    expect(served?.wait).toBeLessThanOrEqual(10)
  })

  it('counts nothing of what came before it', async () => {
    const { functions, following, call } = setUp('plan')
    const [plan] = functions
    for (let count = 0; count < 100; count++) await call(plan, 5, 5)
    following.start()
    expect(timesOf(following)).toEqual({})
    for (let count = 0; count < 200; count++) await call(plan, 0, 10)
    expect(timesOf(following)['plan']?.cpu).toBe(0)
    expect(timesOf(following)['plan']?.wait).toBeLessThanOrEqual(2.001)
  })

  it('does not follow calls that take less than following them does, nor quick and frequent ones between windows', async () => {
    const { clock, functions, following, call } = setUp('tiny', 'quick', 'slow')
    const [tiny, quick, slow] = functions
    following.start()
    const seen = new Set<string>()
    for (let count = 0; count < 3_000; count++) {
      await call(tiny, 0.001, 0)
      await call(quick, 0.1, 0.1)
      if (count % 20 === 0) await call(slow, 2, 1)
      if (count > 2_000) for (const { name, follower } of functions) seen.add(`${name} ${follower !== undefined}`)
      clock.advance(0.2)
    }
    expect([...seen].toSorted()).toEqual(['quick false', 'quick true', 'slow false', 'slow true', 'tiny false'])
    expect(timesOf(following)['tiny']).toBeUndefined()
    expect(timesOf(following)['quick']?.cpu).toBeGreaterThan(0)
  })

  it('follows calls only from shortly before a window on, in a process that waits, and sees those that were running when it opened', async () => {
    const { clock, functions, following } = setUpBusy(0.05, 'ask', 'think')
    const [ask, think] = functions
    following.start()
    const followed = { ask: 0, think: 0 }
    const calls = 600
    for (let count = 0; count < calls; count++) {
      if (ask?.follower !== undefined) followed.ask++
      if (think?.follower !== undefined) followed.think++
      for (const [statistics, waitMs] of [
        [ask, 500],
        [think, 20_000],
      ] as const) {
        const waiting = Promise.withResolvers<void>()
        if (statistics !== undefined) void measuredCall(statistics, () => (clock.hold(10), waiting.promise))
        clock.after(waitMs, waiting.resolve)
      }
      for (let step = 0; step < 10; step++) {
        clock.advance(48)
        await Promise.resolve()
      }
    }
    expect(followed.ask / calls).toBeGreaterThan(0.2)
    expect(followed.ask / calls).toBeLessThan(0.6)
    expect(followed.think / calls).toBe(1)
    const { ask: asked, think: thought } = timesOf(following)
    const share = (times: { cpu?: number; wait?: number } | undefined) => (times?.cpu ?? 0) / ((times?.cpu ?? 0) + (times?.wait ?? 0))
    expect(share(asked)).toBeCloseTo(10 / 510, 2)
    expect(share(thought)).toBeCloseTo(10 / 20_010, 3)
  })

  it('tells nothing of a function whose results do not say when they are over', async () => {
    const { clock, functions, following } = setUp('query')
    following.start()
    const [query] = functions
    const answer = (resolve: (value: number) => void) => resolve(1)
    for (let count = 0; count < 100; count++) {
      if (query !== undefined) await measuredCall(query, () => Object.fromEntries(new Map([['then', answer]])))
      clock.advance(20)
    }
    expect(timesOf(following)).toEqual({})
  })

  it('asks for no hooks while nothing is called', () => {
    const { clock, following, log } = setUp('plan')
    following.start()
    clock.advance(60_000)
    expect(log.hooks).toBe(0)
    expect(timesOf(following)).toEqual({})
  })

  it('leaves nothing behind when it is stopped, within a window or not', async () => {
    for (const ms of [5, 60, 100, 150, 170, 190, 210]) {
      const { clock, functions, following, call, log } = setUp('plan')
      const stop = following.start()
      await call(functions[0], 1, ms)
      stop()
      expect([clock.timers, log.hooks - log.unhooked, functions[0]?.follower]).toEqual([0, 0, undefined])
      expect(() => stop()).not.toThrow()
    }
  })

  it.each([0, 20])('ends, and not the agent, where hooks cannot be had for a call that begins after %s ms', (ms) => {
    const clock = new ManualClock()
    const plan = new CallStatistics('plan', false, clock)
    const hook = () => {
      throw new Error('no hooks')
    }
    const following = new CallFollowing({ clock, random: () => 0.05, functions: () => [plan], hook, busy: () => 1, spent: () => {} })
    following.start()
    clock.advance(ms)
    void measuredCall(plan, () => new Promise(() => {}))
    clock.advance(1_000)
    expect([clock.timers, plan.follower, timesOf(following)]).toEqual([0, undefined, {}])
  })
})
