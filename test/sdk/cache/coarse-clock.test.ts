import { setImmediate as macrotask } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { CoarseClock } from '../../../sdk/src/cache/coarse-clock.ts'
import { ManualClock } from '../../support/clock.ts'

describe('CoarseClock', () => {
  it('keeps the time within a macrotask', () => {
    const source = new ManualClock(1_000.7)
    const clock = new CoarseClock(source)
    expect(clock.now()).toBe(1_000)
    source.advance(100)
    expect(clock.now()).toBe(1_000)
  })

  it('looks it up again in the next macrotask', async () => {
    const source = new ManualClock(1_000)
    const clock = new CoarseClock(source)
    clock.now()
    source.advance(100)
    await macrotask()
    await macrotask()
    expect(clock.now()).toBe(1_100)
  })

  it('looks it up again after 64 reads, however long a macrotask goes on', () => {
    const source = new ManualClock(1_000)
    const clock = new CoarseClock(source)
    const times = Array.from({ length: 65 }, () => {
      source.advance(1)
      return clock.now()
    })
    expect(times.slice(0, 64)).toEqual(Array.from({ length: 64 }, () => 1_001))
    expect(times[64]).toBe(1_065)
  })
})
