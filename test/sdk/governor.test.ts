import { diag } from '@opentelemetry/api'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { sdk } from '../../sdk/src/contract/index.ts'
import { Governor } from '../../sdk/src/governor.ts'
import { Overhead } from '../../sdk/src/sampling/overhead.ts'
import { ManualClock } from '../support/clock.ts'
import { collected } from '../support/collected.ts'

const MINUTE = 60_000

let warn: MockInstance<typeof diag.warn>
beforeEach(() => {
  warn = vi.spyOn(diag, 'warn')
})
afterEach(() => vi.restoreAllMocks())

/** A governor, and layers of its that cost what the test says. */
function start() {
  const clock = new ManualClock()
  const overhead = new Overhead(clock)
  const governor = new Governor({ share: 0.01, bytes: 2 ** 20 }, overhead, clock)
  const running = new Map<string, boolean>()
  const add = (name: string, priority?: number, onStart = () => {}) =>
    governor.start(name, {
      ...(priority !== undefined && { priority }),
      start() {
        onStart()
        running.set(name, true)
        return () => running.set(name, false)
      },
    })
  /** A minute at a time, with so many milliseconds a second for each layer that runs, and as many for what cannot be stopped. */
  const pass = (minutes: number, costs: Readonly<Record<string, number>>) => {
    for (let second = 0; second < minutes * 60; second++) {
      for (const [name, milliseconds] of Object.entries(costs)) if (running.get(name) !== false) overhead.add(name, milliseconds)
      clock.advance(1_000)
    }
  }
  const names = () => [...running].filter(([, runs]) => runs).map(([name]) => name)
  return { governor, overhead, add, pass, names, [Symbol.dispose]: () => governor.stop() }
}

describe('the governor', () => {
  it('stops nothing while the SDK is within its budget', () => {
    using it = start()
    it.add('cheap', 1)
    it.pass(60, { cheap: 9 })
    expect(it.names()).toEqual(['cheap'])
    expect(warn).not.toHaveBeenCalled()
  })

  it('stops the lowest priority first, whatever costs most, and says so in one line a change', () => {
    using it = start()
    it.add('dear', 30)
    it.add('first', 10)
    it.add('second', 20)
    it.pass(1, { dear: 30, first: 1 })
    expect(it.names()).toEqual(['dear', 'second'])
    expect(warn.mock.calls).toEqual([
      [
        'the SDK takes 3.1 % of a core (dear 3 %, first 0.1 %), and may take 1 % (maxOverhead); profiler first is stopped until there is room for it.',
      ],
    ])
    it.pass(2, { dear: 30 })
    expect(it.names()).toEqual([])
  })

  it('never stops a profiler without a priority, and says once that nothing is left to stop', () => {
    using it = start()
    it.add('always')
    it.pass(30, { always: 50 })
    expect(it.names()).toEqual(['always'])
    expect(warn.mock.calls).toEqual([[expect.stringContaining('no profiler is left that may be stopped')]])
  })

  it('brings them back in the opposite order, one by one, when there is room', () => {
    using it = start()
    it.add('first', 10)
    it.add('second', 20)
    it.pass(3, { calls: 30 })
    expect(it.names()).toEqual([])
    it.pass(5.5, { calls: 1 })
    expect(it.names()).toEqual(['second'])
    it.pass(5.5, { calls: 1 })
    expect(it.names()).toEqual(['first', 'second'])
    expect(warn.mock.calls.at(-1)).toEqual(['the SDK takes 0.1 % of a core (calls 0.1 %); profiler first is started again.'])
  })

  it('runs, at every time, only layers above those that do not run', () => {
    const priorities = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })
    const minutes = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 })
    fc.assert(
      fc.property(priorities, minutes, (priorities, costs) => {
        using it = start()
        for (const priority of priorities) it.add(String(priority), priority)
        for (const cost of costs) {
          it.pass(1, { calls: cost })
          const running = it.names().map(Number)
          expect(running.toSorted()).toEqual(priorities.toSorted().slice(priorities.length - running.length))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('stops profilers for memory that they say they hold', () => {
    using it = start()
    it.add('large', 1)
    const free = it.overhead.holds('large', () => 3 * 2 ** 20)
    it.pass(2, {})
    expect(it.names()).toEqual([])
    expect(warn.mock.calls).toEqual([
      ['the SDK holds 3 MiB of memory, and may hold 1 MiB (maxOverheadBytes); profiler large is stopped until there is room for it.'],
    ])
    free()
    it.pass(6, {})
    expect(it.names()).toEqual(['large'])
  })

  it('says in one series which layers run, and leaves nothing of it behind when stopped', () => {
    const it = start()
    it.add('first', 10)
    it.add('always')
    it.pass(2, { first: 20 })
    const values = () => collected(sdk.layerRunning, {}).map(({ attributes, value }) => [attributes['pitwall.sdk.layer'], value])
    expect(values()).toEqual([
      ['first', 0],
      ['always', 1],
    ])
    it.governor.stop()
    expect(it.names()).toEqual([])
    expect(values()).toEqual([])
    it.pass(60, {})
    expect(it.names()).toEqual([])
  })

  it('does not try for ever to bring back a profiler that cannot be started any more', () => {
    using it = start()
    let starts = 0
    it.add('broken', 1, () => {
      if (++starts > 1) throw new Error('no inspector')
    })
    it.pass(2, { broken: 20 })
    it.pass(60, {})
    expect(starts).toBe(2)
    expect(warn.mock.calls.at(-1)).toEqual([expect.stringContaining('profiler broken could not be started (no inspector)')])
  })

  it('looks every ten seconds and not more often', () => {
    using it = start()
    const looks = vi.spyOn(it.overhead, 'byLayer')
    it.pass(1, {})
    expect(looks).toHaveBeenCalledTimes(MINUTE / 10_000)
  })
})
