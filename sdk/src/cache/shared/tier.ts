import { diag } from '@opentelemetry/api'
import { reason } from '../../telemetry/diagnostics.ts'
import { after, type Clock } from '../../clock.ts'
import { withDeadline } from './deadline.ts'
import { Debt, owed, type Owed } from './debt.ts'
import { GuardedCalls, type NotServed } from './guarded-calls.ts'
import type { CacheSettings } from '../options/options.ts'
import { PendingReads } from './pending-reads.ts'
import { type ChangeListener, type Reading, type Release, type SharedStorage, StorageRefusal, type StoredValue } from './shared-storage.ts'
import { FreeTicket, LEASE_MS, LockTicket, type Ticket, type TicketActions } from './ticket.ts'

/** What asking the shared tier for a key gave. */
export type Lookup =
  | { readonly type: 'found'; readonly found: StoredValue; readonly durationMs: number }
  /** Nothing fresh; perhaps something stale. The ticket is for the load that follows. */
  | { readonly type: 'absent'; readonly stale: StoredValue | undefined; readonly ticket: Ticket; readonly durationMs: number }
  /** Another process was loading it, and handed over how that ended. */
  | { readonly type: 'loaded elsewhere'; readonly found: StoredValue }
  | { readonly type: 'passed on'; readonly value: unknown }
  | { readonly type: 'failed elsewhere'; readonly error: Error; readonly stale: StoredValue | undefined }
  | NotServed

/** Values in a row that a storage must refuse before that is worth a line. */
const REFUSALS = 3

/** Milliseconds between two attempts to make the changes that an outage has held up, where no request makes them sooner. */
const FLUSH_EVERY_MS = 500
/** Changes that are made at the same time then. */
const FLUSHED_AT_ONCE = 50

/** A change that is to be made in the storage. */
interface Change {
  /** undefined for one of many keys. */
  readonly key: string | undefined
  readonly make: () => Promise<void>
}

/** A shared storage behind a deadline and a breaker for each of its servers: no call rejects, no lookup takes longer than the deadline. */
export class Tier implements TicketActions {
  readonly name: string
  readonly #storage: SharedStorage
  readonly #cacheName: string
  readonly #locks: boolean
  readonly #deadlineMs: number
  readonly #isValid: CacheSettings['isValid']
  readonly #clock: Clock
  readonly #calls: GuardedCalls
  readonly #debt = new Debt()
  readonly #reads = new PendingReads()
  readonly #pending = new Set<Promise<void>>()
  #flushing = false
  #closed = false
  #cancelFlush: (() => void) | undefined
  #unwatch: (() => void) | undefined
  readonly #onDuplicate: () => void
  #refusals = 0

  /** @param onDuplicate is told of each load of what was not there, and that another process had stored when it ended */
  constructor(
    storage: SharedStorage,
    { name, lock, l2, isValid, clock }: Pick<CacheSettings, 'name' | 'lock' | 'l2' | 'isValid' | 'clock'>,
    onDuplicate: () => void = () => {},
  ) {
    this.#onDuplicate = onDuplicate
    this.name = storage.tier
    this.#storage = storage
    this.#cacheName = name
    this.#locks = lock === 'distributed'
    this.#deadlineMs = l2.timeoutMs ?? storage.deadlineMs
    if (this.#locks && storage.extend === undefined)
      diag.warn(`${this.name} has no locks, so each process loads what is missing from cache '${name}' for itself, as with lock: 'local'.`)
    this.#isValid = isValid
    this.#clock = clock
    const onRecovered = (): void => {
      if (!this.#debt.isEmpty) this.#inBackground(() => this.#flush())
    }
    this.#calls = new GuardedCalls(storage, { cacheName: name, deadlineMs: this.#deadlineMs, breaker: l2.breaker, clock, onRecovered })
  }

  /** Whether the tier, or a server of it, is bypassed. */
  get degraded(): boolean {
    return this.#calls.degraded
  }

  /** What a tag is called in this tier. */
  tagId(tag: string): string {
    return this.#storage.tagId(tag)
  }

  /** Tells of changes that other processes make, where the storage knows of them. */
  watch(listener: ChangeListener): void {
    const debt = this.#debt
    this.#unwatch = this.#storage.watch?.({
      keyChanged(hash) {
        debt.outdateHash(hash)
        listener.keyChanged(hash)
      },
      tagInvalidated(tag) {
        debt.outdateTag(tag)
        listener.tagInvalidated(tag)
      },
      cleared() {
        debt.outdateAll()
        listener.cleared()
      },
      lost: () => listener.lost(),
      regained: () => listener.regained(),
    })
  }

  /**
   * Asks for a key; where another process loads it, and the cache has a distributed lock, waits for the outcome.
   * @param beyondMs a value will do when it stays fresh for longer than this
   * @param loads whether a load follows where nothing is found
   */
  async find(key: string, beyondMs: number, loads: boolean): Promise<Lookup> {
    const leaseMs = this.#locks && loads && beyondMs < Number.POSITIVE_INFINITY ? LEASE_MS : 0
    for (;;) {
      const started = this.#clock.now()
      let isLate = false
      const asked = await this.#calls.ask(key, async () => {
        const reading = await this.#read(key, beyondMs, leaseMs)
        // Nobody waits for the answer any more, so nobody would let go of the lock.
        if (isLate && reading.holdsLock) this.release(key, { type: 'unknown' })
        return reading
      })
      isLate = true
      if (asked.type !== 'answered') return asked
      const durationMs = this.#clock.now() - started
      const known = await this.#trusted(key, asked.answer.found)
      if (known !== undefined && known.freshMs > beyondMs) return { type: 'found', found: known, durationMs }
      if (asked.answer.released === undefined)
        return { type: 'absent', stale: known, ticket: this.#ticket(key, asked.answer, beyondMs), durationMs }
      const release = await asked.answer.released
      if (release.type === 'passed on') return release
      if (release.type === 'failed') return { type: 'failed elsewhere', error: release.error, stale: known }
      const found = release.type === 'loaded' ? await this.#trusted(key, release.found) : undefined
      if (found !== undefined) return { type: 'loaded elsewhere', found }
    }
  }

  /** The value, if there is a fresh one, else undefined; changes nothing. */
  async peek(key: string): Promise<unknown> {
    const asked = await this.#calls.ask(key, () => this.#read(key, 0, 0))
    if (asked.type !== 'answered') return undefined
    const known = await this.#trusted(key, asked.answer.found)
    return known !== undefined && known.freshMs > 0 ? known.value : undefined
  }

  /** Stores a value that was set by hand; while that cannot be, what the storage has counts as absent. */
  async set(key: string, value: StoredValue): Promise<void> {
    this.#owe(key, value)
    await this.#pay(key, () => this.#settle(key))
  }

  /** Removes a key; what cannot be removed now counts as absent from now on, and is removed when the tier answers again. */
  async delete(key: string): Promise<void> {
    this.#owe(key, undefined)
    await this.#pay(key, () => this.#settle(key))
  }

  /** The same for everything with a tag. @param tag its id */
  async deleteTag(tag: string): Promise<void> {
    this.#reads.outdateAll()
    this.#debt.oweTag(tag)
    await this.#pay(undefined, () => this.#settleTag(tag))
  }

  /** The same for everything. */
  async clear(): Promise<void> {
    this.#reads.outdateAll()
    this.#debt.oweAll()
    await this.#pay(undefined, () => this.#settleAll())
  }

  store(key: string, value: StoredValue, token: string, onOutdated: () => void, onDuplicate?: () => void): void {
    this.#inBackground(async () => {
      const asked = await this.#calls.ask(key, () => this.#storage.write(key, value, token))
      if (asked.type === 'unreachable') return this.#refused(key, asked.error)
      if (asked.type === 'bypassed') return
      this.#refusals = 0
      if (asked.answer === 'outdated') onOutdated()
      else if (asked.answer === 'replaced') onDuplicate?.()
    })
  }

  release(key: string, outcome: Release): void {
    this.#inBackground(async () => void (await this.#calls.ask(key, async () => this.#storage.release?.(key, outcome))))
  }

  extend(key: string, leaseMs: number): void {
    this.#inBackground(async () => void (await this.#calls.ask(key, async () => this.#storage.extend?.(key, leaseMs))))
  }

  /** Lets what is on its way arrive, for no longer than the deadline, then ends connections. */
  async close(): Promise<void> {
    this.#closed = true
    this.#unwatch?.()
    this.#cancelFlush?.()
    await withDeadline(Promise.all(this.#pending), this.#deadlineMs).catch(() => {})
    await withDeadline(this.#storage.close(), this.#deadlineMs).catch(() => {})
  }

  #ticket(key: string, { token, holdsLock }: Reading, beyondMs: number): Ticket {
    if (holdsLock) return new LockTicket(key, token, this, this.#clock)
    // What is loaded although it is fresh may well be there when that ends.
    return new FreeTicket(key, token, this, beyondMs === 0 ? this.#onDuplicate : undefined)
  }

  /** A change that was made while the answer was on its way, or that is still to be made, makes what was found worthless. */
  async #read(key: string, beyondMs: number, leaseMs: number): Promise<Reading> {
    await this.#settle(key)
    const read = this.#reads.begin(key, this.#debt.covers(key))
    try {
      const reading = await this.#storage.read(key, beyondMs, leaseMs)
      return read.isOutdated ? { ...reading, found: undefined } : reading
    } finally {
      this.#reads.end(read)
    }
  }

  /** What must not be served: what is outdated, or has another shape. */
  async #trusted(key: string, found: StoredValue | undefined): Promise<StoredValue | undefined> {
    if (found === undefined || this.#debt.covers(key, found.tags)) return undefined
    if (this.#isValid === undefined) return found
    return (await this.#isValid(found.value)) ? found : undefined
  }

  #owe(key: string, value: StoredValue | undefined): void {
    this.#reads.outdate(key)
    this.#debt.owe(key, owed(this.#clock.now(), value))
  }

  async #settle(key: string): Promise<void> {
    await this.#settleAll()
    const change = this.#debt.of(key)
    if (change === undefined) return
    change.attempt ??= this.#make(key, change).finally(() => (change.attempt = undefined))
    await change.attempt
  }

  async #make(key: string, change: Owed): Promise<void> {
    const agoMs = change.tried ? Math.max(1, this.#clock.now() - change.at) : 0
    change.tried = true
    const left = change.value && aged(change.value, agoMs)
    if (left === undefined) await this.#storage.delete(key, agoMs)
    else await this.#storage.set(key, left, agoMs).catch((error: unknown) => this.#setRefused(key, error))
    this.#debt.settle(key, change)
  }

  async #settleTag(tag: string): Promise<void> {
    await this.#settleAll()
    const change = this.#debt.tags().find(([other]) => other === tag)
    if (change === undefined) return
    await this.#storage.deleteTag(tag)
    this.#debt.settleTag(...change)
  }

  async #settleAll(): Promise<void> {
    const change = this.#debt.all
    if (change === undefined) return
    await this.#storage.clear()
    this.#debt.settleAll(change)
  }

  /** A storage that answers, and will not have the value, is only told that the key is outdated. */
  async #setRefused(key: string, error: unknown): Promise<void> {
    if (!(error instanceof StorageRefusal)) throw error
    this.#refused(key, error)
    await this.#storage.delete(key, 0)
  }

  /** Makes a change within the deadline, else later. */
  async #pay(key: string | undefined, change: () => Promise<void>): Promise<void> {
    await this.#calls.ask(key, change)
    this.#flushLater()
  }

  #flushLater(): void {
    if (this.#closed || this.#debt.isEmpty || this.#cancelFlush !== undefined) return
    this.#cancelFlush = after(this.#clock, FLUSH_EVERY_MS, () => this.#inBackground(() => this.#flush()), true)
  }

  /** Makes all changes that are owed, at each server until one cannot be made. */
  async #flush(): Promise<void> {
    this.#cancelFlush = undefined
    if (this.#flushing) return
    this.#flushing = true
    const changes: Change[] = [
      ...this.#debt.tags().map(([tag]) => ({ key: undefined, make: () => this.#settleTag(tag) })),
      ...this.#debt.keys().map((key) => ({ key, make: () => this.#settle(key) })),
    ]
    if (changes.length === 0) changes.push({ key: undefined, make: () => this.#settleAll() })
    const byServer = Map.groupBy(changes, ({ key }) => this.#calls.breakerOf(key))
    await Promise.all(Array.from(byServer.values(), (those) => this.#makeAll(those)))
    this.#flushing = false
    this.#flushLater()
  }

  /** Makes changes at one server, until one cannot be made. */
  async #makeAll(changes: readonly Change[]): Promise<void> {
    for (let next = 0; next < changes.length; next += FLUSHED_AT_ONCE) {
      const group = changes.slice(next, next + FLUSHED_AT_ONCE)
      const asked = await this.#calls.ask(group[0]?.key, () => Promise.all(group.map(({ make }) => make())))
      if (asked.type !== 'answered') return
    }
  }

  #inBackground(work: () => Promise<void>): void {
    const running = work().finally(() => this.#pending.delete(running))
    this.#pending.add(running)
  }

  /** A storage may answer and yet keep nothing (a full one, a replica): no outage, but a cache that never hits. Said once. */
  #refused(key: string, error: unknown): void {
    if (this.#calls.breakerOf(key).open || ++this.#refusals !== REFUSALS) return
    diag.warn(`${this.name} stores nothing for cache '${this.#cacheName}' (${reason(error)}); every miss loads until it does.`)
  }
}

/** A value so many milliseconds later; undefined when it may not be served any more. */
function aged(value: StoredValue, ms: number): StoredValue | undefined {
  const servedMs = value.servedMs - ms
  return servedMs > 0 ? { ...value, freshMs: value.freshMs - ms, servedMs } : undefined
}
