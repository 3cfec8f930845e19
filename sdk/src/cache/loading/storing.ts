import { diag } from '@opentelemetry/api'
import type { Clock } from '../../clock.ts'
import { hashResult, hashString } from '../../sampling/hash.ts'
import type { ReuseTracker } from '../../sampling/reuse-tracker.ts'
import { deepFreeze } from './deep-freeze.ts'
import type { EntryRules } from '../options/entry-options.ts'
import type { EntryTable } from '../memory/entry-table.ts'
import { type Lifetime, lifetimeOf } from './lifetime.ts'
import type { CacheSettings } from '../options/options.ts'
import { isReadOnce } from './read-once.ts'
import type { StoredValue } from '../shared/shared-storage.ts'
import type { Ticket } from '../shared/ticket.ts'
import type { Tier } from '../shared/tier.ts'

/** Where values are stored, and by which clock. */
export interface StoringParts {
  readonly table: EntryTable | undefined
  readonly tier: Tier | undefined
  readonly tracker: ReuseTracker | undefined
  readonly clock: Clock
}

/** A value and whose it is. */
export interface Keyed {
  readonly key: string
  /** Hash of the key. */
  readonly hash: number
  readonly value: unknown
  /** Whether callers are given a promise of it. */
  readonly asynchronous: boolean
}

/** A value that was loaded. */
export interface LoadedValue extends Keyed {
  /** What there was before. */
  readonly previous: unknown
  readonly loadMs: number
  /** Whether it may be kept in this process; in the shared tier it is checked by that. */
  readonly isKeptHere: boolean
}

/** The step of the flow that keeps values: in this process and in the shared tier, for as long as their rules say. */
export class Storing {
  readonly #settings: CacheSettings
  readonly #parts: StoringParts
  readonly #warned = new Set<string>()

  constructor(settings: CacheSettings, parts: StoringParts) {
    this.#settings = settings
    this.#parts = parts
  }

  /** Whether a value that was loaded may be kept by its rules; a promise of it where the schema checks asynchronously. */
  accepts(value: unknown, rules: EntryRules): boolean | Promise<boolean> {
    if (value === null && rules.negativeTtlMs === 0) return false
    if (isReadOnce(value))
      return this.#refuse('they can be read only once (generators, streams, responses): let the function return what it read from them')
    const { isValid } = this.#settings
    if (isValid === undefined) return true
    const valid = isValid(value)
    return valid instanceof Promise ? valid.then((verdict) => verdict || this.#refuseInvalid()) : valid || this.#refuseInvalid()
  }

  /**
   * Keeps what was loaded.
   * @param ticket of the load, for the shared tier: what that refuses because it is outdated does not stay here either
   */
  loaded(entry: LoadedValue, rules: EntryRules, ticket: Ticket | undefined): void {
    const { key, hash, value, previous, loadMs } = entry
    this.#freeze(value)
    this.#compare(previous, hash, value)
    const stored = { ...lifetimeOf(value, rules, this.#settings.random), value, loadMs, tags: this.tagIds(rules.tags) }
    if (entry.isKeptHere) this.#keep(entry, stored, rules.eagerRefresh)
    ticket?.store(stored, () => this.#dropOutdated(key, value))
  }

  /** Keeps what was set by hand. A promise where there is a shared tier; it never rejects. */
  set(entry: Keyed, rules: EntryRules): void | Promise<void> {
    const { key, value } = entry
    this.#freeze(value)
    const stored = { ...lifetimeOf(value, rules, this.#settings.random), value, loadMs: 0, tags: this.tagIds(rules.tags) }
    this.#keep(entry, stored, rules.eagerRefresh)
    return this.#parts.tier?.set(key, stored)
  }

  /** Keeps what was dumped, in this process, unless its time is over. */
  restore({
    key,
    value,
    freshMs,
    servedMs,
    loadMs,
    tags,
    asynchronous,
  }: StoredValue & { readonly key: string; readonly asynchronous: boolean }): void {
    if (servedMs > 0) this.#keep({ key, hash: hashString(key), value, asynchronous }, { value, freshMs, servedMs, loadMs, tags }, 1)
  }

  /** Keeps what the shared tier has, for no longer than it has left there. */
  takeOver(key: string, hash: number, found: StoredValue): void {
    this.#freeze(found.value)
    const { eagerRefresh, ttlMs } = this.#settings.rules
    const freshMs = Math.min(found.freshMs, ttlMs)
    this.#keep({ key, hash, value: found.value, asynchronous: true }, { ...found, freshMs }, eagerRefresh)
  }

  /** What tags are called in the storages of this cache. */
  tagIds(tags: readonly string[]): readonly string[] {
    const { tier } = this.#parts
    return tier === undefined || tags.length === 0 ? tags : tags.map((tag) => tier.tagId(tag))
  }

  #keep(
    { key, hash, value, asynchronous }: Keyed,
    { freshMs, servedMs, loadMs, tags }: Lifetime & StoredValue,
    eagerRefresh: number,
  ): void {
    const { table, tier, clock } = this.#parts
    if (table === undefined) return
    const now = clock.now()
    const bytes = table.maxBytes === Number.POSITIVE_INFINITY ? 0 : this.#settings.sizeOf(value)
    table.set(
      key,
      {
        value,
        hash,
        quietUntil: eagerRefresh < 1 ? now + freshMs * eagerRefresh : now + freshMs,
        freshUntil: now + freshMs,
        expiresAt: now + servedMs,
        asynchronous: asynchronous || tier !== undefined,
        loadMs,
        bytes,
        tags,
      },
      now,
    )
  }

  #dropOutdated(key: string, value: unknown): void {
    const { table } = this.#parts
    if (table !== undefined && table.value(table.find(key)) === value) table.delete(key)
  }

  #freeze(value: unknown): void {
    if (this.#settings.onMutate === 'freeze') deepFreeze(value)
  }

  /** Evidence for whoever asks if these results keep: did the value that expired come back the same? */
  #compare(previous: unknown, hash: number, value: unknown): void {
    const { tracker } = this.#parts
    if (previous === undefined || tracker?.wants(hash) !== true) return
    tracker.check(hashResult(previous) === hashResult(value))
  }

  #refuseInvalid(): false {
    return this.#refuse('they do not pass `validate`')
  }

  /** Said once for each reason. */
  #refuse(reason: string): false {
    if (!this.#warned.has(reason)) diag.warn(`some results of '${this.#settings.name}' are not cached, because ${reason}.`)
    this.#warned.add(reason)
    return false
  }
}
