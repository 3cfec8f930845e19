import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalizedKey, Spellings } from '../../../sdk/src/sampling/spellings.ts'

/** Loads of keys at times, each with its value; times to live of 100. */
function outcomes(...loads: readonly (readonly [key: string, value: string, at: number])[]): string[] {
  const spellings = new Spellings()
  return loads.map(([key, value, at]) => spellings.loaded({ key, value, at, ttlMs: 100 }))
}

describe('Spellings', () => {
  it('finds a key that was loaded before in another spelling, and whether its value is the same', () => {
    expect(outcomes(['Paris', 'p', 0], [' paris ', 'p', 1], ['PARIS', 'q', 2])).toEqual(['new', 'same', 'different'])
  })

  it('does not count what a cache with one spelling would have loaded too', () => {
    expect(outcomes(['Paris', 'p', 0], ['paris', 'p', 99], ['PARIS', 'p', 100], ['paris', 'p', 150])).toEqual([
      'new',
      'same',
      'new',
      'same',
    ])
  })

  it('does not take an entry that was evicted, or another key, for a spelling', () => {
    expect(outcomes(['Paris', 'p', 0], ['Paris', 'p', 1], ['Pari s', 'p', 2])).toEqual(['new', 'new', 'new'])
  })

  it('never finds more than a cache with normalized keys and without a bound would spare', () => {
    const load = fc.record({ key: fc.constantFrom('a', 'A', ' a', 'b', 'B', 'c'), gap: fc.nat(60) })
    fc.assert(
      fc.property(fc.array(load, { maxLength: 60 }), (loads) => {
        const spellings = new Spellings()
        const known = new Map<string, number>()
        let [at, found, spared] = [0, 0, 0]
        for (const { key, gap } of loads) {
          at += gap
          if (spellings.loaded({ key, value: 1, at, ttlMs: 100 }) === 'same') found += 1
          if (at - (known.get(normalizedKey(key)) ?? -Infinity) < 100) spared += 1
          else known.set(normalizedKey(key), at)
        }
        expect(found).toBeLessThanOrEqual(spared)
      }),
    )
  })
})

it('normalizes what is written in one way and another, also within the texts of a longer key', () => {
  expect(normalizedKey('~["Paris ",{"q":" Hotels  in  "}]')).toBe(normalizedKey('~["paris",{"q":"hotels in"}]'))
  expect(normalizedKey('a b')).not.toBe(normalizedKey('ab'))
})
