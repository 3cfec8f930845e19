import type { Clock } from '../../clock.ts'
import type { EntryTable } from './entry-table.ts'
import type { CacheListener } from '../events.ts'
import type { FailureMemory } from '../loading/failure-memory.ts'
import type { Stale } from '../loading/loading.ts'
import type { ChangeListener } from '../shared/shared-storage.ts'
import type { SingleFlight } from '../loading/single-flight.ts'
import { NONE } from './slots/slot-list.ts'

/** What was in this process when a request came. Times in milliseconds of the cache's clock. */
export interface Kept extends Stale {
  /** `expired`: it was there until now. */
  readonly state: 'fresh' | 'stale' | 'expired'
  readonly slot: number
  readonly hash: number
  readonly freshUntil: number
}

/** What a front is made of. */
export interface FrontParts {
  readonly table: EntryTable | undefined
  readonly flights: SingleFlight
  readonly failures: FailureMemory
  readonly listener: CacheListener
  readonly clock: Clock
}

/** What a cache has in this process, and how all of it forgets: its entries, its running loads and its remembered failures. */
export class Front implements ChangeListener {
  readonly #parts: FrontParts
  /**
   * Whether other processes may have changed what is here without our knowing: then it is served only when the shared tier
   * cannot be asked.
   */
  doubtful = false

  constructor(parts: FrontParts) {
    this.#parts = parts
  }

  /** What there is of a key; one whose time is over leaves now. */
  look(key: string): Kept | undefined {
    const { table, clock, listener } = this.#parts
    const slot = table?.find(key) ?? NONE
    if (table === undefined || slot === NONE) return undefined
    const now = clock.now()
    const [freshUntil, expiresAt] = [table.freshUntil(slot), table.expiresAt(slot)]
    const state = now < freshUntil ? 'fresh' : now < expiresAt ? 'stale' : 'expired'
    const kept: Kept = { state, slot, value: table.value(slot), hash: table.hash(slot), freshUntil, expiresAt }
    if (state !== 'expired') return kept
    table.delete(key, 'expired')
    listener.on({ type: 'evicted', reason: 'expired', count: 1 })
    return kept
  }

  /** The value while it is fresh and beyond doubt, without any trace. */
  peek(key: string): unknown {
    const { table, clock } = this.#parts
    const slot = table?.find(key) ?? NONE
    if (table === undefined || slot === NONE || this.doubtful) return undefined
    return clock.now() < table.freshUntil(slot) ? table.value(slot) : undefined
  }

  delete(key: string): void {
    this.outdateLoads(key)
    this.#dropped(this.#parts.table?.delete(key) === true ? 1 : 0)
  }

  /** No running load for this key is stored any more. */
  outdateLoads(key: string): void {
    this.#parts.flights.outdate(key)
    this.#parts.failures.forget(key)
  }

  tagInvalidated(tag: string): void {
    this.#parts.flights.outdateTag(tag)
    this.#dropped(this.#parts.table?.deleteTag(tag) ?? 0)
  }

  cleared(): void {
    this.#parts.flights.outdateAll()
    this.#parts.failures.clear()
    this.#dropped(this.#parts.table?.clear() ?? 0)
  }

  keyChanged(hash: number): void {
    this.#parts.flights.outdateHash(hash)
    this.#dropped(this.#parts.table?.deleteHash(hash) ?? 0)
  }

  lost(): void {
    this.doubtful = true
  }

  /** What is here may have been changed while nobody told us; what loads bring is checked by the shared tier when it stores it. */
  regained(): void {
    if (!this.doubtful) return
    this.doubtful = false
    this.#parts.flights.doubtAll()
    this.#dropped(this.#parts.table?.clear() ?? 0)
  }

  #dropped(count: number): void {
    if (count > 0) this.#parts.listener.on({ type: 'evicted', reason: 'invalidated', count })
  }
}
