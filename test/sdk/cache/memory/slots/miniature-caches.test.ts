import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MiniatureCaches } from '../../../../../sdk/src/cache/memory/slots/miniature-caches.ts'
import { hashString } from '../../../../../sdk/src/sampling/hash.ts'
import { ReferenceSegments } from './reference-segments.ts'

const SHARES = [1, 0.5, 0.1]
const ALL = 0b111

/** Miniatures of a cache of so many entries. */
function miniaturesOf(entries: number): MiniatureCaches {
  const miniatures = new MiniatureCaches(SHARES, () => 0)
  miniatures.grow(entries)
  miniatures.limit(entries)
  return miniatures
}

describe('miniature caches', () => {
  it('do what whole caches would do while all keys are followed', () => {
    const operation = fc.record({ type: fc.constantFrom('request', 'request', 'request', 'forget', 'limit'), key: fc.nat(25) })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300, size: 'max' }), (operations) => {
        const frequency = (hash: number): number => hash % 4
        const miniatures = new MiniatureCaches(SHARES, frequency)
        const references = SHARES.map((share) => ({ segments: new ReferenceSegments(share, frequency), keys: new Set<number>() }))
        let limit = 8
        miniatures.limit(limit)
        for (const { type, key } of operations) {
          if (type === 'limit') miniatures.limit((limit = 1 + (key % 12)))
          if (type === 'forget') miniatures.forget(key)
          const hits = type === 'request' ? miniatures.request(key) : 0
          for (const [index, { segments, keys }] of references.entries()) {
            if (type === 'forget' && keys.delete(key)) segments.remove(key)
            if (type !== 'request') continue
            expect((hits >>> index) & 1).toBe(keys.has(key) ? 1 : 0)
            if (keys.has(key)) {
              segments.use(key)
              continue
            }
            while (keys.size >= limit) keys.delete(segments.evict() ?? 0)
            segments.add(key)
            keys.add(key)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('follow all keys of a small cache, and the same few of a large one', () => {
    const hashes = Array.from({ length: 10_000 }, (_, key) => hashString(String(key)))
    expect(hashes.every((hash) => miniaturesOf(1_024).follows(hash))).toBe(true)
    const large = miniaturesOf(1_000_000)
    const followed = hashes.filter((hash) => large.follows(hash))
    expect(followed.length).toBeLessThan(30)
    expect(hashes.filter((hash) => miniaturesOf(10_000).follows(hash))).toEqual(expect.arrayContaining(followed))
  })

  it('hold no more than 1,024 keys each, however large the cache', () => {
    for (const entries of [1, 1_000, 1_025, 50_000, 1_000_000]) expect(miniaturesOf(entries).maxKeys).toBeLessThanOrEqual(1_024)
  })

  it('let go of keys that are not followed any more when the cache grows, and keep the others', () => {
    const miniatures = new MiniatureCaches(SHARES, () => 0)
    const hashes = Array.from({ length: 1_000 }, (_, key) => hashString(String(key)))
    for (const hash of hashes) miniatures.request(hash)
    miniatures.grow(4_096)
    for (const hash of hashes) expect(miniatures.request(hash)).toBe(miniatures.follows(hash) ? ALL : 0)
  })

  it('stay bounded before the cache was ever full, whatever the hashes are', () => {
    const miniatures = new MiniatureCaches(SHARES, () => 0)
    for (let key = 0; key < 50_000; key++) miniatures.request(key)
    const held = Array.from({ length: 50_000 }, (_, key) => key).filter((key) => key >= 50_000 - 2_048)
    expect(held.every((key) => (miniatures.request(key) & 1) === 1)).toBe(true)
    expect(miniatures.request(50_000 - 2_049)).toBe(0)
  })

  it('take two keys of the same hash for one', () => {
    const miniatures = miniaturesOf(10)
    expect([miniatures.request(3), miniatures.request(3)]).toEqual([0, ALL])
  })
})
