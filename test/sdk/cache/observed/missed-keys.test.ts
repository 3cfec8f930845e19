import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MissedKeys } from '../../../../sdk/src/cache/observed/missed-keys.ts'

const hash = fc.nat(2 ** 32 - 1)

describe('MissedKeys', () => {
  it('gives the time from the miss of a key until it is stored, once', () => {
    fc.assert(
      fc.property(hash, fc.nat(90_000), (key, durationMs) => {
        const misses = new MissedKeys()
        misses.miss(key, 5)
        expect(misses.fill(key, 5 + durationMs)).toEqual({ durationMs, previous: undefined })
        expect(misses.fill(key, 5 + durationMs)).toBeUndefined()
      }),
    )
  })

  it('gives none to a key that was not missed', () => {
    fc.assert(
      fc.property(hash, hash, (key, other) => {
        fc.pre(key !== other)
        const misses = new MissedKeys()
        misses.miss(key, 5)
        expect(misses.fill(other, 6)).toBeUndefined()
      }),
    )
    expect(new MissedKeys().fill(0, 0)).toBeUndefined()
  })

  it('counts from the last miss, so that it does not overstate', () => {
    const misses = new MissedKeys()
    misses.miss(7, 1_000)
    misses.miss(7, 60_000)
    expect(misses.fill(7, 60_040)?.durationMs).toBe(40)
  })

  it('does not take a key that is stored minutes later for one that was loaded', () => {
    const misses = new MissedKeys()
    misses.miss(7, 0)
    expect(misses.fill(7, 100_001)).toBeUndefined()
  })

  it('keeps loads that run beside each other apart', () => {
    const misses = new MissedKeys()
    for (let key = 0; key < 100; key++) misses.miss(key, key)
    for (let key = 0; key < 100; key++) expect(misses.fill(key, 100)?.durationMs).toBe(100 - key)
  })

  it('keeps the hash of the value that had expired, 0 as well', () => {
    const misses = new MissedKeys()
    misses.miss(7, 0, 0)
    expect(misses.fill(7, 1)?.previous).toBe(0)
    misses.miss(7, 2)
    expect(misses.fill(7, 3)?.previous).toBeUndefined()
  })
})
