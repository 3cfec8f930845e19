import { describe, expect, it } from 'vitest'
import { ExpiryBursts } from '../../../sdk/src/cache/expiry-bursts.ts'

const MINUTE = 60_000

/** Loads the same keys in each round, so many milliseconds apart, whose entries live from one round to the next. */
function rounds(bursts: ExpiryBursts, count: number, keys: number, apartMs: number, everyMs = 5 * MINUTE, loadMs = 500): void {
  for (let round = 0; round < count; round++)
    for (let key = 0; key < keys; key++)
      bursts.stored({ hash: key, at: round * everyMs + key * apartMs + loadMs, ttlMs: everyMs - loadMs, loadMs })
}

describe('ExpiryBursts', () => {
  it('counts the loads of entries that expire at the same time, every time after the first', () => {
    const bursts = new ExpiryBursts()
    rounds(bursts, 11, 40, 10)
    bursts.settle()
    // The last second is open still: more loads of it may end.
    expect(bursts.loads).toBe(360)
    expect(bursts.seconds).toBeCloseTo(180)
  })

  it('does not take a busy cache for one whose entries expire together', () => {
    const bursts = new ExpiryBursts()
    rounds(bursts, 20, 2_000, 30, MINUTE, 1)
    bursts.settle()
    // Until the usual number is known, the first seconds look like a burst.
    expect(bursts.loads).toBeLessThan(1_000)
  })

  it('does not take a few loads for a burst', () => {
    const bursts = new ExpiryBursts()
    rounds(bursts, 100, 7, 0)
    bursts.settle()
    expect(bursts.loads).toBe(0)
  })

  it('does not count what nobody asked for when it expired, what has not expired, and what never does', () => {
    const bursts = new ExpiryBursts()
    for (let round = 0; round < 10; round++)
      for (let key = 0; key < 40; key++) {
        bursts.stored({ hash: key, at: round * 5 * MINUTE, ttlMs: MINUTE, loadMs: 1 })
        bursts.stored({ hash: 100 + key, at: round * 5 * MINUTE, ttlMs: 60 * MINUTE, loadMs: 1 })
        bursts.stored({ hash: 200 + key, at: round * 5 * MINUTE, ttlMs: Infinity, loadMs: 1 })
      }
    bursts.settle()
    expect(bursts.loads).toBe(0)
  })
})
