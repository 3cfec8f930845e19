import { readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EvictionPolicy } from '../../sdk/src/cache/eviction/policy.ts'
import { SimulatedCache, type SimulatedCacheOptions } from '../support/simulated-cache.ts'

const folder = resolve(import.meta.dirname, '../../sdk/src/cache/eviction')
const names = readdirSync(folder)
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'policy')

interface Operation {
  readonly type: 'use' | 'store' | 'delete' | 'evict'
  readonly key: string
  readonly expiresAt: number
}

const operations = fc.array(
  fc.record<Operation>({
    type: fc.constantFrom('use', 'use', 'use', 'store', 'store', 'store', 'delete', 'evict'),
    key: fc.constantFrom(...'abcdefghijklmnop'),
    expiresAt: fc.constantFrom(10, 20, 30, Infinity),
  }),
  { maxLength: 200, size: 'max' },
)

/** Hashes: as they are, many keys with the same one, all keys with the same one. */
const hashing = fc.constantFrom<SimulatedCacheOptions>({}, { hashOf: (key) => (key.charCodeAt(0) % 3) + 0xffff_fff0 }, { hashOf: () => 0 })

/** Runs operations on a cache and on a set without bound; returns what went, in order. Fails where they disagree. */
function replay(policy: EvictionPolicy, maxEntries: number, list: readonly Operation[], options?: SimulatedCacheOptions): string[] {
  const cache = new SimulatedCache(policy, maxEntries, { firstCapacity: 1, ...options })
  const held = new Set<string>()
  const gone: string[] = []
  const went = (key: string | undefined): void => {
    if (key === undefined) return
    gone.push(key)
    expect(held.delete(key), 'only what is held can go').toBe(true)
  }
  for (const { type, key, expiresAt } of list) {
    if (type === 'use') expect(cache.use(key)).toBe(held.has(key))
    if (type === 'delete') expect(cache.delete(key)).toBe(held.delete(key))
    if (type === 'evict') went(cache.evict())
    if (type === 'store') {
      const full = held.size >= maxEntries && !held.has(key)
      const evicted = cache.store(key, expiresAt)
      expect(evicted !== undefined, 'something goes when there is no room, and only then').toBe(full)
      went(evicted)
      held.add(key)
    }
    expect(cache.size).toBeLessThanOrEqual(maxEntries)
    expect(cache.keys()).toEqual([...held].toSorted())
  }
  while (cache.size > 0) went(cache.evict())
  expect(cache.evict(), 'there is nothing left').toBeUndefined()
  return gone
}

describe.each(names)('%s', async (name) => {
  const module: { default: () => EvictionPolicy } = await import(pathToFileURL(join(folder, `${name}.ts`)).href)
  const policy = module.default()

  it('drops entries that are there, one when there is no room and none before, whatever their hashes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), operations, hashing, (maxEntries, list, options) => {
        replay(policy, maxEntries, list, options)
      }),
    )
  })

  it('does the same where only bytes are bounded', () => {
    fc.assert(
      fc.property(operations, hashing, (list, options) => {
        replay(policy, Infinity, list, options)
      }),
    )
  })

  it('drops the same entries every time, because nothing in it is left to chance', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), operations, (maxEntries, list) => {
        expect(replay(policy, maxEntries, list)).toEqual(replay(policy, maxEntries, list))
      }),
    )
  })

  it('keeps its entries apart from those of another cache that was made by the same policy', () => {
    const [one, other] = [new SimulatedCache(policy, 2), new SimulatedCache(policy, 2)]
    for (const key of ['a', 'b', 'c', 'd']) one.store(key)
    expect(other.evict()).toBeUndefined()
    expect(one.size).toBe(2)
  })

  it('loses no entry of a cache that grows from one slot to thousands, with every kind of request on the way', () => {
    const cache = new SimulatedCache(policy, 3_000, { firstCapacity: 1 })
    const held = new Set<string>()
    for (let step = 0; step < 20_000; step++) {
      const key = String((step * step) % 7_919)
      if (step % 97 === 0) expect(cache.delete(key)).toBe(held.delete(key))
      else if (step % 13 === 0 || !cache.use(key)) {
        const evicted = cache.store(key, (step * 31) % 1_000)
        if (evicted !== undefined) expect(held.delete(evicted)).toBe(true)
        held.add(key)
      }
    }
    expect(cache.keys()).toEqual([...held].toSorted())
  })
})
