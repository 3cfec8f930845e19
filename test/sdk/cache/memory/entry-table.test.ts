import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NewEntry } from '../../../../sdk/src/cache/memory/entry.ts'
import { EntryTable, type EntryTableOptions } from '../../../../sdk/src/cache/memory/entry-table.ts'
import { fifo } from '../../../../sdk/src/cache/eviction/fifo.ts'
import { lru } from '../../../../sdk/src/cache/eviction/lru.ts'
import { ComparedTable } from './entry-table-model.ts'

/** A table, and what left it without being asked to. */
function tableOf(options: Partial<EntryTableOptions> = {}) {
  const left: [reason: string, value: unknown][] = []
  const onEvict = (reason: string, value: unknown): void => void left.push([reason, value])
  return { left, table: new EntryTable({ maxEntries: 3, maxBytes: Infinity, eviction: lru(), onEvict, ...options }) }
}

function entryOf(value: unknown, changes: Partial<NewEntry> = {}): NewEntry {
  const times = { quietUntil: Infinity, freshUntil: Infinity, expiresAt: Infinity }
  return { value, hash: 7, ...times, asynchronous: false, loadMs: 1, bytes: 1, tags: [], ...changes }
}

describe('an entry table, as what it holds', () => {
  it('does not hold more entries than it may, and says which left', () => {
    const { table, left } = tableOf()
    for (const key of ['a', 'b', 'c', 'd', 'e']) table.set(key, entryOf(key), 0)
    expect([table.size, table.find('a'), table.find('b')]).toEqual([3, -1, -1])
    expect(left).toEqual([
      ['size', 'a'],
      ['size', 'b'],
    ])
  })

  it('does not hold more bytes than it may: a large entry takes the place of several', () => {
    const { table, left } = tableOf({ maxEntries: Infinity, maxBytes: 10 })
    for (const key of ['a', 'b', 'c']) table.set(key, entryOf(key, { bytes: 3 }), 0)
    table.set('d', entryOf('d', { bytes: 7 }), 0)
    expect(left.map(([, value]) => value)).toEqual(['a', 'b'])
    expect(table.bytes).toBe(10)
  })

  it('makes room when an entry grows with its new value', () => {
    const { table, left } = tableOf({ maxBytes: 10 })
    for (const key of ['a', 'b']) table.set(key, entryOf(key, { bytes: 4 }), 0)
    table.set('b', entryOf('larger', { bytes: 8 }), 0)
    expect([left, table.bytes, table.size]).toEqual([[['size', 'a']], 8, 1])
  })

  it('does not store an entry larger than the whole table, nor keep its old value, and drops nothing else for it', () => {
    const { table, left } = tableOf({ maxBytes: 10 })
    for (const key of ['a', 'b']) table.set(key, entryOf(key, { bytes: 4 }), 0)
    expect(table.set('b', entryOf('too large', { bytes: 11 }), 0)).toBe(false)
    expect([left, table.size, table.find('b')]).toEqual([[], 1, -1])
  })

  it('does not look at sizes where bytes are not bounded', () => {
    const { table } = tableOf()
    table.set('a', entryOf('a', { bytes: Number.NaN }), 0)
    expect([table.size, table.bytes, table.describe(table.find('a')).bytes]).toEqual([1, 0, undefined])
  })

  it('takes keys that name members of Object.prototype', () => {
    const { table } = tableOf()
    for (const key of ['__proto__', 'constructor', '']) {
      expect(table.find(key)).toBe(-1)
      table.set(key, entryOf(key), 0)
      expect(table.value(table.find(key))).toBe(key)
    }
  })

  it('asks the policy that it was given', () => {
    const { table, left } = tableOf({ eviction: fifo() })
    for (const key of ['a', 'b', 'c']) table.set(key, entryOf(key), 0)
    table.use(table.find('a'), 0)
    table.set('d', entryOf('d'), 0)
    expect(left).toEqual([['size', 'a']])
  })

  it('holds thousands, and gives the place of one that left to another', () => {
    const { table } = tableOf({ maxEntries: 5_000 })
    for (let key = 0; key < 20_000; key++) table.set(String(key), entryOf(key), 0)
    expect(table.size).toBe(5_000)
    for (let key = 15_000; key < 20_000; key++) expect(table.value(table.find(String(key)))).toBe(key)
    expect(Math.max(...[...table.entries()].map(([, slot]) => slot))).toBeLessThan(5_000)
  })
})

describe('an entry table, as time passes', () => {
  it('says of an entry whose time is over that it expired, not that there was no room', () => {
    const { table, left } = tableOf()
    table.set('a', entryOf('a', { expiresAt: 10 }), 0)
    for (const key of ['b', 'c']) table.set(key, entryOf(key), 0)
    table.set('d', entryOf('d'), 10)
    expect(left).toEqual([['expired', 'a']])
  })

  it('lets go of expired entries while others are stored, though there is room', () => {
    const { table, left } = tableOf({ maxEntries: 1_000 })
    for (let key = 0; key < 100; key++) table.set(`old ${key}`, entryOf(key, { expiresAt: 10 }), 0)
    for (let key = 0; key < 150; key++) table.set('new', entryOf('new'), 10)
    expect(left.every(([reason]) => reason === 'expired')).toBe(true)
    expect([left.length, table.size]).toEqual([100, 1])
  })

  it('does not let go of entries that are stale but may still be served', () => {
    const { table } = tableOf()
    table.set('a', entryOf('a', { freshUntil: 10, expiresAt: 20 }), 0)
    for (let store = 0; store < 10; store++) table.set('b', entryOf('b'), 19)
    expect(table.freshUntil(table.find('a'))).toBe(10)
    table.set('b', entryOf('b'), 20)
    table.set('b', entryOf('b'), 20)
    expect(table.find('a')).toBe(-1)
  })

  it('is quiet until it was told to, and never beyond the time to live', () => {
    const { table } = tableOf()
    table.set('a', entryOf('a', { quietUntil: 50, freshUntil: 10, expiresAt: 20 }), 0)
    const slot = table.find('a')
    expect([table.isQuiet(slot, 9), table.isQuiet(slot, 10)]).toEqual([true, false])
    table.setQuiet(slot, 15)
    expect([table.isQuiet(slot, 14), table.isQuiet(slot, 15)]).toEqual([true, false])
  })

  it('describes an entry, from its first storing on', () => {
    const { table } = tableOf({ maxBytes: 100 })
    table.set('a', entryOf('a', { bytes: 5, loadMs: 12, tags: ['x'] }), 100)
    const slot = table.find('a')
    table.use(slot, 200)
    table.use(slot, 300)
    const times = { storedAt: 100, usedAt: 300, uses: 2 }
    expect(table.describe(slot)).toEqual({ ...times, loadMs: 12, bytes: 5, tags: ['x'] })
    table.set('a', entryOf('b', { bytes: 6, loadMs: 13 }), 400)
    expect(table.describe(slot)).toEqual({ storedAt: 400, usedAt: 400, uses: 2, loadMs: 13, bytes: 6, tags: [] })
  })

  it('does not count the uses of an entry that had the same place before', () => {
    const { table } = tableOf({ maxEntries: 1 })
    table.set('a', entryOf('a'), 0)
    table.use(table.find('a'), 0)
    table.set('b', entryOf('b'), 0)
    expect(table.describe(table.find('b')).uses).toBe(0)
  })
})

describe('an entry table, as what it answers', () => {
  it('gives a synchronous caller the value, also null', () => {
    const { table } = tableOf()
    table.set('a', entryOf(null), 0)
    expect(table.use(table.find('a'), 0)).toBeNull()
  })

  it('gives asynchronous callers the same promise until there is a new value', async () => {
    const { table } = tableOf()
    table.set('a', entryOf(1, { asynchronous: true }), 0)
    const slot = table.find('a')
    const first = table.use(slot, 0)
    expect(table.use(slot, 0)).toBe(first)
    table.set('a', entryOf(2, { asynchronous: true }), 0)
    expect([await first, await table.use(slot, 0)]).toEqual([1, 2])
  })

  it('keeps the promises of a large table only for entries that were hit lately, because a million take 40 MB', () => {
    const table = tableOf({ maxEntries: Infinity }).table
    const slots = Array.from({ length: 70_000 }, (_, id) => {
      table.set(String(id), entryOf(id, { asynchronous: true }), 0)
      return table.find(String(id))
    })
    table.set('null', entryOf(null), 0)
    const first = slots.map((slot) => table.use(slot, 0))
    expect(table.use(slots[69_999] ?? -1, 0)).toBe(first[69_999])
    expect(table.use(slots[0] ?? -1, 0)).not.toBe(first[0])
    expect([table.use(slots[0] ?? -1, 0), table.use(table.find('null'), 0)]).toEqual([Promise.resolve(0), null])
  })

  it('does not hold on to what has left it', async () => {
    const { table } = tableOf()
    table.set('a', entryOf({ large: true }, { tags: ['x'] }), 0)
    const slot = table.find('a')
    table.use(slot, 0)
    table.delete('a')
    expect([table.value(slot), table.describe(slot).tags]).toEqual([undefined, []])
  })
})

describe('an entry table, as what leaves it when asked', () => {
  it('removes one entry, once, and does not call that an eviction', () => {
    const { table, left } = tableOf()
    table.set('a', entryOf('a'), 0)
    expect([table.delete('a'), table.delete('a'), table.delete('b')]).toEqual([true, false, false])
    expect(left).toEqual([])
  })

  it('removes what carries a tag now, not what carried it before', () => {
    const { table } = tableOf()
    table.set('a', entryOf('a', { tags: ['x', 'y'] }), 0)
    table.set('b', entryOf('b', { tags: ['x'] }), 0)
    table.set('b', entryOf('b', { tags: ['y'] }), 0)
    expect([table.deleteTag('x'), table.deleteTag('x'), table.find('a'), table.size]).toEqual([1, 0, -1, 1])
  })

  it('removes all entries whose keys have a hash, and none of another, also of those stored later', () => {
    const { table } = tableOf()
    table.set('a', entryOf('a', { hash: 0xffff_ffff }), 0)
    table.set('b', entryOf('b', { hash: 0xffff_ffff }), 0)
    table.set('c', entryOf('c', { hash: 1 }), 0)
    expect([table.deleteHash(2), table.deleteHash(0xffff_ffff), table.size]).toEqual([0, 2, 1])
    table.set('d', entryOf('d', { hash: 1 }), 0)
    expect([table.deleteHash(1), table.size]).toEqual([2, 0])
  })

  it('is empty after clear, and can be filled again', () => {
    const { table } = tableOf({ maxBytes: 10 })
    for (const key of ['a', 'b']) table.set(key, entryOf(key, { bytes: 2, tags: ['x'] }), 0)
    expect([table.clear(), table.size, table.bytes, table.deleteTag('x')]).toEqual([2, 0, 0, 0])
    table.set('a', entryOf('again'), 0)
    expect(table.value(table.find('a'))).toBe('again')
  })
})

describe('an entry table, as a whole', () => {
  const key = fc.constantFrom(...'abcdefghij')
  const operation = fc.record({
    type: fc.constantFrom('set', 'set', 'set', 'set', 'use', 'use', 'delete', 'deleteTag', 'deleteHash', 'clear', 'wait', 'wait'),
    key,
    bytes: fc.nat(7),
    lifetime: fc.constantFrom(2, 5, Infinity),
    stale: fc.constantFrom(0, 3),
    tags: fc.subarray(['x', 'y']),
  })

  it('holds what a plain map would hold, and lets go of entries with cause only', () => {
    const bounds = fc.constantFrom([1, 100], [3, 100], [8, 12], [8, 6], [Infinity, 12], [4, Infinity])
    fc.assert(
      fc.property(bounds, fc.array(operation, { maxLength: 150, size: 'max' }), ([maxEntries = 1, maxBytes = 1], operations) => {
        const compared = new ComparedTable(maxEntries, maxBytes)
        let now = 0
        for (const [index, { type, key, bytes, lifetime, stale, tags }] of operations.entries()) {
          const hash = key.charCodeAt(0) % 3
          const times = { quietUntil: now, freshUntil: now + lifetime, expiresAt: now + lifetime + stale }
          if (type === 'set') compared.set(key, entryOf(index, { hash, bytes, tags, ...times }), now)
          if (type === 'use') compared.use(key, now)
          if (type === 'delete') compared.delete(key)
          if (type === 'deleteTag') compared.deleteTag(tags[0] ?? 'x')
          if (type === 'deleteHash') compared.deleteHash(hash)
          if (type === 'clear' && index % 5 === 0) compared.clear()
          if (type === 'wait') now += 1
          compared.expectToBeTheSame()
        }
      }),
      { numRuns: 500 },
    )
  })
})
