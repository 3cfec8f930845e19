import { describe, expect, it } from 'vitest'
import { ExpiryBursts } from '../../../sdk/src/cache/expiry-bursts.ts'

const MINUTE = 60_000

describe('ExpiryBursts', () => {
  it('counts the loads of entries that expire at the same time, every time', () => {
    const bursts = new ExpiryBursts()
    for (let round = 0; round < 10; round++) for (let load = 0; load < 40; load++) bursts.reloaded(round * 5 * MINUTE + load * 10, 500)
    bursts.reloaded(60 * MINUTE, 1)
    bursts.settle()
    expect(bursts.loads).toBe(400)
    expect(bursts.seconds).toBeCloseTo(200)
  })

  it('does not take a busy cache for one whose entries expire together', () => {
    const bursts = new ExpiryBursts()
    for (let load = 0; load < 100_000; load++) bursts.reloaded(load * 20, 5)
    bursts.settle()
    // Until the usual number is known, the first seconds look like a burst.
    expect(bursts.loads).toBeLessThan(1_000)
  })

  it('does not take a few loads for a burst', () => {
    const bursts = new ExpiryBursts()
    for (let round = 0; round < 100; round++) for (let load = 0; load < 7; load++) bursts.reloaded(round * 5 * MINUTE, 500)
    bursts.settle()
    expect(bursts.loads).toBe(0)
  })

  it('knows loads of one burst that end in another order, and leaves out what takes longer than a minute', () => {
    const bursts = new ExpiryBursts()
    for (let load = 0; load < 20; load++) bursts.reloaded(load % 2 === 0 ? 10_000 : 11_000, 500)
    bursts.reloaded(2 * MINUTE, 1)
    for (let load = 0; load < 20; load++) bursts.reloaded(10_000, 110_000)
    bursts.settle()
    expect(bursts.loads).toBe(20)
  })
})
