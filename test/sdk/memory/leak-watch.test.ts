import { describe, expect, it } from 'vitest'
import { LeakWatch } from '../../../sdk/src/memory/leak-watch.ts'
import { seeded } from '../../support/random.ts'

const MINUTE_MS = 60_000
const BASE = 100e6
const none = () => [0, 0, 0]

/** Lets a watch live: a collection every ten seconds, after which so many bytes are left at a minute of its life. */
function live(watch: LeakWatch, fromMinute: number, toMinute: number, bytes: (minute: number) => number, everySeconds = 10): void {
  const random = seeded(fromMinute + 1)
  for (let minute = fromMinute; minute < toMinute; minute += everySeconds / 60)
    watch.add(minute * MINUTE_MS, BASE + bytes(minute) + random() * 500_000, none)
}

describe('the watch for leaks', () => {
  it('establishes a fast leak in minutes', () => {
    const watch = new LeakWatch(0, 15_000)
    live(watch, 0, 12, (minute) => minute * 3e6)
    expect(watch.growth?.bytesPerHour).toBeCloseTo(180e6, -8)
  })

  it('establishes a leak of 1 % an hour in ten hours, and not in two', () => {
    const watch = new LeakWatch(0, 15_000)
    const slow = (minute: number) => (minute / 60) * 1e6
    live(watch, 0, 120, slow, 30)
    expect(watch.growth).toBeUndefined()
    live(watch, 120, 600, slow, 30)
    expect(watch.growth?.sharePerHour).toBeCloseTo(0.01, 2)
  })

  it('suspects it before, so that its sites are known when it is established', () => {
    const watch = new LeakWatch(0, 15_000)
    live(watch, 0, 7, (minute) => minute * 3e6)
    expect({ isSuspected: watch.isSuspected, growth: watch.growth }).toEqual({ isSuspected: true, growth: undefined })
  })

  it('calls it over when nothing grows any more, and suspects nothing', () => {
    const watch = new LeakWatch(0, 15_000)
    live(watch, 0, 12, (minute) => minute * 3e6)
    live(watch, 12, 30, () => 36e6)
    expect(watch.growth).toBeUndefined()
    live(watch, 30, 200, () => 36e6)
    expect(watch.isSuspected).toBe(false)
  })

  it('does not know whether it goes on where no collection comes, and begins anew with the next one', () => {
    const watch = new LeakWatch(0, 15_000)
    live(watch, 0, 12, (minute) => minute * 3e6)
    expect(watch.growthAt(13 * MINUTE_MS)?.bytesPerHour).toBeCloseTo(180e6, -8)
    expect(watch.growthAt(15 * MINUTE_MS)).toBeUndefined()
    live(watch, 24 * 60, 24 * 60 + 1, () => 36e6)
    expect(watch.growth).toBeUndefined()
  })

  it('does not judge a process that makes hardly any collection', () => {
    const watch = new LeakWatch(0, 15_000)
    live(watch, 0, 600, (minute) => minute * 1e6, 3_000)
    expect(watch.isSuspected).toBe(false)
  })

  it('does not take the filling of memory after the start for a leak', () => {
    const watch = new LeakWatch(0, 15_000)
    const found: number[] = []
    for (let minute = 0; minute < 120; minute++) {
      live(watch, minute, minute + 1, (at) => 80e6 * (1 - Math.exp(-at / 6)))
      if (watch.growth !== undefined) found.push(minute)
    }
    expect(found).toEqual([])
  })
})
