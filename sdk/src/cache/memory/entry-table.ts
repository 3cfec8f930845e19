import type { EntryDescription, NewEntry } from './entry.ts'
import type { EvictionReason } from '../events.ts'
import type { Eviction, EvictionPolicy } from '../eviction/policy.ts'
import { copied } from './slots/copied.ts'
import { HashSlots } from './slots/hash-slots.ts'
import { RecentSlots } from './slots/recent-slots.ts'
import { NONE } from './slots/slot-list.ts'
import { TagIndex } from './slots/tag-index.ts'

/** What an entry table is made with. */
export interface EntryTableOptions {
  /** Bound on entries, Infinity for none. */
  readonly maxEntries: number
  /** Bound on the sum of `bytes`, Infinity for none. */
  readonly maxBytes: number
  readonly eviction: EvictionPolicy
  /** Told why an entry left that nobody asked to leave. */
  readonly onEvict: (reason: 'size' | 'expired', value: unknown) => void
  /** Told of every value that leaves, for whatever reason. It must not touch the table: that is in the middle of something. */
  readonly onRemove?: (value: unknown, key: string, reason: RemovalReason) => void
}

/** Why a value left: another one took its place, everything was removed, or why a single entry goes. */
export type RemovalReason = EvictionReason | 'replaced' | 'cleared'

/** Slots to begin with; they double up to the bound, so that a large bound costs nothing until it is used. */
const FIRST_CAPACITY = 64

/** Unit of the times that only people read: with it, 32 bits last for more than a year. */
const TICK_MS = 10

/** Promises that a large table keeps, and as many again from when it was small: 40 bytes each. */
const KEPT_PROMISES = 65_536

/** Slots that each store looks at for expired entries, which else would take up room until the policy comes to them. */
const SWEPT = 2

/**
 * The entries of one cache in this process, as columns: slot s of each array belongs to one entry. With its times and
 * counts an entry takes about 100 bytes, less than an object of four fields in an `lru-cache`, and a hit is quicker (docs/decisions.md).
 */
export class EntryTable {
  readonly maxEntries: number
  readonly maxBytes: number
  readonly #options: EntryTableOptions
  #eviction: Eviction
  readonly #slots = new Map<string, number>()
  readonly #free: number[] = []
  readonly #tags = new TagIndex()
  #byHash: HashSlots | undefined
  #capacity = 0
  /** Slots that were used at some time: 0 to this − 1. */
  #used = 0
  #swept = 0
  #bytes = 0
  #keys: (string | undefined)[] = []
  #values: unknown[] = []
  /** What callers are given: the value itself, or a promise of it that the first hit makes. */
  #answers: unknown[] = []
  #promised: RecentSlots | undefined
  #quietUntil = new Float64Array(0)
  #expiresAt = new Float64Array(0)
  #staleMs = new Float32Array(0)
  #hashes = new Int32Array(0)
  #storedAt = new Uint32Array(0)
  #usedAt = new Uint32Array(0)
  #uses = new Uint32Array(0)
  #loadMs = new Float32Array(0)
  #sizes: Float64Array<ArrayBuffer> | undefined

  constructor(options: EntryTableOptions) {
    this.#options = options
    this.maxEntries = options.maxEntries
    this.maxBytes = options.maxBytes
    this.#eviction = options.eviction(options)
    if (options.maxBytes !== Number.POSITIVE_INFINITY) this.#sizes = new Float64Array(0)
  }

  /** Entries it holds. */
  get size(): number {
    return this.#slots.size
  }

  /** Bytes it holds; 0 where they are not bounded. */
  get bytes(): number {
    return this.#bytes
  }

  /** Slot of the key's entry, in whatever state, or NONE. Does not count as a use. */
  find(key: string): number {
    return this.#slots.get(key) ?? NONE
  }

  /** Whether a hit at this time needs to do nothing but count. */
  isQuiet(slot: number, now: number): boolean {
    return now < (this.#quietUntil[slot] ?? 0)
  }

  /** Counts a use and returns what the caller is given. */
  use(slot: number, now: number): unknown {
    this.#usedAt[slot] = now / TICK_MS
    this.#uses[slot] = (this.#uses[slot] ?? 0) + 1
    this.#eviction.used(slot)
    return this.#answers[slot] ?? this.#answer(slot)
  }

  value(slot: number): unknown {
    return this.#values[slot]
  }

  /** Whether callers are given a promise of the value. */
  isAsynchronous(slot: number): boolean {
    return this.#answers[slot] !== this.#values[slot]
  }

  /** Hash of the key, uint32. */
  hash(slot: number): number {
    return (this.#hashes[slot] ?? 0) >>> 0
  }

  /** When its time to live is over. */
  freshUntil(slot: number): number {
    return (this.#expiresAt[slot] ?? 0) - (this.#staleMs[slot] ?? 0)
  }

  /** When it may not be served any more. */
  expiresAt(slot: number): number {
    return this.#expiresAt[slot] ?? 0
  }

  /** From now until this time, a hit needs to do nothing but count. */
  setQuiet(slot: number, until: number): void {
    this.#quietUntil[slot] = until
  }

  /** Each key and its slot. Entries may be removed meanwhile. */
  entries(): IterableIterator<[string, number]> {
    return this.#slots.entries()
  }

  /** What is known of an entry besides its value. */
  describe(slot: number): EntryDescription {
    return {
      storedAt: (this.#storedAt[slot] ?? 0) * TICK_MS,
      usedAt: (this.#usedAt[slot] ?? 0) * TICK_MS,
      uses: this.#uses[slot] ?? 0,
      loadMs: this.#loadMs[slot] ?? 0,
      bytes: this.#sizes?.[slot],
      tags: this.#tags.tagsOf(slot),
    }
  }

  /** Stores or replaces, and drops what has no room then. False for an entry larger than the table may be: it is not stored. */
  set(key: string, entry: NewEntry, now: number): boolean {
    const known = this.find(key)
    if (entry.bytes > this.maxBytes) {
      if (known !== NONE) this.#delete(known, 'replaced')
      return false
    }
    if (known !== NONE) this.#options.onRemove?.(this.#values[known], key, 'replaced')
    const slot = known === NONE ? this.#add(key, entry, now) : known
    this.#fill(slot, entry, now)
    if (known !== NONE) this.#eviction.replaced(slot, entry.expiresAt)
    else this.#eviction.added(slot, entry.hash, entry.expiresAt)
    while (this.#bytes > this.maxBytes) this.#evict(now)
    this.#sweep(now)
    return true
  }

  /** Removes an entry; true when it was there. */
  delete(key: string, reason: EvictionReason = 'invalidated'): boolean {
    const slot = this.find(key)
    if (slot === NONE) return false
    this.#delete(slot, reason)
    return true
  }

  /** Removes every entry whose time is over. */
  deleteExpired(now: number): void {
    for (const slot of this.#slots.values()) this.#expire(slot, now)
  }

  /** Removes every entry with this tag; returns their number. */
  deleteTag(tag: string): number {
    const slots = this.#tags.slotsOf(tag)
    for (const slot of slots) this.#delete(slot, 'invalidated')
    return slots.length
  }

  /** Removes the entries whose keys have this hash; returns their number. The first call takes a while, further ones do not. */
  deleteHash(hash: number): number {
    this.#byHash ??= this.#indexByHash()
    const slots = this.#byHash.slotsOf(hash)
    for (const slot of slots) this.#delete(slot, 'invalidated')
    return slots.length
  }

  /** Removes all entries; returns their number. */
  clear(): number {
    const { size } = this
    for (const slot of this.#slots.values()) this.#delete(slot, 'cleared')
    return size
  }

  #add(key: string, entry: NewEntry, now: number): number {
    while (this.size >= this.maxEntries || this.#bytes + entry.bytes > this.maxBytes) this.#evict(now)
    const slot = this.#free.pop() ?? this.#used++
    if (slot >= this.#capacity) this.#grow()
    this.#slots.set(key, slot)
    this.#keys[slot] = key
    this.#hashes[slot] = entry.hash
    this.#byHash?.add(entry.hash, slot)
    this.#uses[slot] = 0
    return slot
  }

  #fill(slot: number, entry: NewEntry, now: number): void {
    const { value, asynchronous, quietUntil, freshUntil, expiresAt } = entry
    this.#values[slot] = value
    this.#answers[slot] = asynchronous ? undefined : value
    this.#quietUntil[slot] = Math.min(quietUntil, freshUntil)
    this.#expiresAt[slot] = expiresAt
    this.#staleMs[slot] = expiresAt === freshUntil ? 0 : expiresAt - freshUntil
    this.#storedAt[slot] = now / TICK_MS
    this.#usedAt[slot] = now / TICK_MS
    this.#loadMs[slot] = entry.loadMs
    this.#resize(slot, entry.bytes)
    this.#tags.remove(slot)
    if (entry.tags.length > 0) this.#tags.add(slot, entry.tags)
  }

  #resize(slot: number, bytes: number): void {
    if (this.#sizes === undefined) return
    this.#bytes += bytes - (this.#sizes[slot] ?? 0)
    this.#sizes[slot] = bytes
  }

  /**
   * The promise of an asynchronous entry is made at its first hit and kept: returning it is cheaper than an `async`
   * function that makes one each time (2.4 against 3.1 times `lru-cache.get`). The answer of another may be null.
   */
  #answer(slot: number): unknown {
    const answer = this.#answers[slot]
    if (answer !== undefined) return answer
    if (this.#capacity > KEPT_PROMISES) this.#dropOldPromise(slot)
    return (this.#answers[slot] = Promise.resolve(this.#values[slot]))
  }

  #dropOldPromise(slot: number): void {
    const old = (this.#promised ??= new RecentSlots(KEPT_PROMISES)).add(slot)
    if (old !== NONE && this.isAsynchronous(old)) this.#answers[old] = undefined
  }

  #evict(now: number): void {
    const slot = this.#eviction.evict()
    const reason = now < this.expiresAt(slot) ? 'size' : 'expired'
    this.#options.onEvict(reason, this.#values[slot])
    this.#release(slot, reason)
  }

  #sweep(now: number): void {
    for (let looked = 0; looked < SWEPT; looked++) {
      const slot = (this.#swept = this.#swept + 1 < this.#used ? this.#swept + 1 : 0)
      if (this.#keys[slot] !== undefined) this.#expire(slot, now)
    }
  }

  #expire(slot: number, now: number): void {
    if (now < this.expiresAt(slot)) return
    this.#options.onEvict('expired', this.#values[slot])
    this.#delete(slot, 'expired')
  }

  #delete(slot: number, reason: RemovalReason): void {
    this.#eviction.removed(slot)
    this.#release(slot, reason)
  }

  #release(slot: number, reason: RemovalReason): void {
    const key = this.#keys[slot] ?? ''
    this.#options.onRemove?.(this.#values[slot], key, reason)
    this.#slots.delete(key)
    this.#byHash?.remove(this.hash(slot), slot)
    this.#tags.remove(slot)
    this.#resize(slot, 0)
    this.#keys[slot] = undefined
    this.#values[slot] = undefined
    this.#answers[slot] = undefined
    this.#free.push(slot)
  }

  #indexByHash(): HashSlots {
    const index = new HashSlots()
    for (const slot of this.#slots.values()) index.add(this.hash(slot), slot)
    return index
  }

  #grow(): void {
    const capacity = Math.min(Math.max(2 * this.#capacity, FIRST_CAPACITY), this.maxEntries)
    this.#eviction.grow(capacity)
    this.#keys = enlarged(this.#keys, capacity)
    this.#values = enlarged(this.#values, capacity)
    this.#answers = enlarged(this.#answers, capacity)
    this.#quietUntil = copied(this.#quietUntil, new Float64Array(capacity))
    this.#expiresAt = copied(this.#expiresAt, new Float64Array(capacity))
    this.#staleMs = copied(this.#staleMs, new Float32Array(capacity))
    this.#hashes = copied(this.#hashes, new Int32Array(capacity))
    this.#storedAt = copied(this.#storedAt, new Uint32Array(capacity))
    this.#usedAt = copied(this.#usedAt, new Uint32Array(capacity))
    this.#uses = copied(this.#uses, new Uint32Array(capacity))
    this.#loadMs = copied(this.#loadMs, new Float32Array(capacity))
    if (this.#sizes !== undefined) this.#sizes = copied(this.#sizes, new Float64Array(capacity))
    this.#capacity = capacity
  }
}

/** An array of exactly this length: one that grows by itself reserves half of its length again. */
function enlarged<T>(array: readonly T[], length: number): (T | undefined)[] {
  return Array.from({ length }, (_, index) => array[index])
}
