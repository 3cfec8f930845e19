import { deepEqual, equal, ok } from 'node:assert/strict'
import type { NewEntry } from '../../../../sdk/src/cache/memory/entry.ts'
import { EntryTable } from '../../../../sdk/src/cache/memory/entry-table.ts'
import { lru } from '../../../../sdk/src/cache/eviction/lru.ts'

type Reason = 'size' | 'expired'

/** An entry table beside a plain map, the least recently used first, that is told the same and looked through from end to end. */
export class ComparedTable {
  readonly #maxEntries: number
  readonly #maxBytes: number
  readonly #table: EntryTable
  readonly #left: { readonly reason: Reason; readonly value: unknown }[] = []
  readonly #entries = new Map<string, NewEntry>()

  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
    const onEvict = (reason: Reason, value: unknown): void => void this.#left.push({ reason, value })
    this.#table = new EntryTable({ maxEntries, maxBytes, eviction: lru(), onEvict })
  }

  set(key: string, entry: NewEntry, now: number): void {
    const stored = this.#table.set(key, entry, now)
    equal(stored, entry.bytes <= this.#maxBytes)
    const wasThere = this.#entries.delete(key)
    if (!stored) return
    for (const { reason, value } of this.#left.splice(0)) {
      if (value !== entry.value) this.#expectToLeave(reason, value, { isNew: !wasThere, bytes: entry.bytes }, now)
    }
    if (this.#table.find(key) >= 0) this.#entries.set(key, entry)
    else ok(entry.expiresAt <= now, 'what is stored is there, unless its time is over')
  }

  use(key: string, now: number): void {
    const slot = this.#table.find(key)
    const entry = this.#entries.get(key)
    equal(slot >= 0, entry !== undefined)
    if (entry === undefined) return
    this.#table.use(slot, now)
    this.#entries.delete(key)
    this.#entries.set(key, entry)
  }

  delete(key: string): void {
    equal(this.#table.delete(key), this.#entries.delete(key))
  }

  deleteTag(tag: string): void {
    equal(
      this.#table.deleteTag(tag),
      this.#deleteWhere((entry) => entry.tags.includes(tag)),
    )
  }

  deleteHash(hash: number): void {
    equal(
      this.#table.deleteHash(hash),
      this.#deleteWhere((entry) => entry.hash === hash),
    )
  }

  clear(): void {
    equal(
      this.#table.clear(),
      this.#deleteWhere(() => true),
    )
  }

  expectToBeTheSame(): void {
    deepEqual(this.#left, [], 'nothing leaves but for a store')
    deepEqual([...this.#table.entries()].map(([key]) => key).toSorted(), [...this.#entries.keys()].toSorted())
    equal(this.#table.size, this.#entries.size)
    equal(this.#table.bytes, this.#maxBytes === Infinity ? 0 : this.#bytes())
    for (const [key, { value, hash, expiresAt, freshUntil, tags }] of this.#entries) {
      const slot = this.#table.find(key)
      const told = [this.#table.value(slot), this.#table.hash(slot), this.#table.expiresAt(slot), this.#table.freshUntil(slot)]
      deepEqual(told, [value, hash, expiresAt, freshUntil])
      deepEqual(this.#table.describe(slot).tags, tags)
    }
  }

  /** An entry left while another was stored: for the reason that was told, and with cause. */
  #expectToLeave(reason: Reason, value: unknown, { isNew, bytes }: { isNew: boolean; bytes: number }, now: number): void {
    const [key, entry] = [...this.#entries].find(([, one]) => one.value === value) ?? []
    if (key === undefined || entry === undefined) throw new Error(`${String(value)} left, and was not there.`)
    equal(reason, entry.expiresAt <= now ? 'expired' : 'size')
    if (reason === 'size') {
      equal(key, this.#entries.keys().next().value, 'the least recently used leaves')
      const isFull = isNew && this.#entries.size >= this.#maxEntries
      ok(isFull || this.#bytes() + bytes > this.#maxBytes, 'there was no room')
    }
    this.#entries.delete(key)
  }

  #bytes(): number {
    return [...this.#entries.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  #deleteWhere(isMeant: (entry: NewEntry) => boolean): number {
    const keys = [...this.#entries].filter(([, entry]) => isMeant(entry)).map(([key]) => key)
    for (const key of keys) this.#entries.delete(key)
    return keys.length
  }
}
