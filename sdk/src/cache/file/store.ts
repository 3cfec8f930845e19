import type { Database } from './database.ts'
import { Damage, faultOf, Gone } from './faults.ts'
import { type DamagedFile, openDatabase } from './open-database.ts'
import type { Answer, Change, Entry, Request, ThreadData } from './protocol.ts'
import { Recency } from './recency.ts'
import type { State } from './state.ts'

/** A request of one type. */
type Of<Type extends Request['type']> = Extract<Request, { readonly type: Type }>

/** Keys and marks of which the last invalidation is remembered: these, or fewer where there is less room. */
const MAX_FENCES = 8_192
const MAX_MARKS = 65_536
/** Bytes of the bound for each of them. */
const BYTES_PER_FENCE = 2_048
/** Changes after which the rest is forgotten. */
const CHANGES_BETWEEN = 256
/** The same for locks, milliseconds. */
const LOCKS_FORGOTTEN_EVERY_MS = 1_000

/** What happened in the file since somebody looked. */
export interface News {
  readonly file: string
  readonly version: number
  /** undefined: more than is remembered. */
  readonly changes: readonly Change[] | undefined
}

/** What a store is made of. */
export interface StoreParts extends ThreadData {
  /** Names the start of this machine. */
  readonly boot: string
  /** Milliseconds since 1970. */
  readonly wallTime: () => number
  /** Is told what a user should know, in a sentence. */
  readonly warn: (text: string) => void
}

/**
 * The entries of all caches on one path, and what guards them. Every change has a number, and each takes effect as a whole:
 * a load is outdated when its key, its namespace or one of its tags has a later number than it began at, or when that is not remembered any more.
 * Throws what stands in the way; a damaged file is replaced, and the request made on the new one.
 */
export class Store {
  readonly #parts: StoreParts
  readonly #recency = new Recency()
  #database: Database | undefined
  #changes = 0
  #locksForgottenAt = 0
  #warnedOfEntry = false

  constructor(parts: StoreParts) {
    this.#parts = parts
  }

  /** Whether there are uses of entries to be written. */
  get waits(): boolean {
    return this.#recency.waits
  }

  /** Path of a file that every process writes after each change. */
  get signal(): string | undefined {
    return this.#database?.signal
  }

  /** A number that is another one after another process has changed something. */
  dataVersion(): number {
    return this.#with((database) => database.dataVersion)
  }

  /** @returns undefined when the request needs a lock, for which `lock` asks */
  read({ space, id, beyondMs, leaseMs }: Of<'read'>): Answer | undefined {
    const now = this.#parts.wallTime()
    return this.#with((database) =>
      database.read((state) => {
        const entry = this.#find(database, space, id, now)
        if (leaseMs > 0 && !isFresh(entry, beyondMs, now)) return undefined
        return { type: 'read', file: database.name, version: state.version, entry, lock: 'none' }
      }),
    )
  }

  /** Reads an entry, and takes its lock where it is not fresh and nobody else has it. */
  lock({ space, id, beyondMs, holder, leaseMs }: Of<'read'>): Answer {
    return this.#change((database, state) => {
      const now = this.#parts.wallTime()
      const entry = this.#find(database, space, id, now)
      const reading = { type: 'read', file: database.name, version: state.version, entry } as const
      if (isFresh(entry, beyondMs, now)) return { ...reading, lock: 'none' }
      const lock = database.locks.find(id)
      if (database.locks.isHeld(lock, now, leaseMs)) return { ...reading, lock }
      if (now - this.#locksForgottenAt > LOCKS_FORGOTTEN_EVERY_MS) {
        database.locks.forget(now)
        this.#locksForgottenAt = now
      }
      database.locks.hold(id, holder, now + leaseMs)
      return { ...reading, lock: 'taken' }
    })
  }

  write({ space, id, holder, file, version, entry, maxBytes }: Of<'write'>): Answer {
    return this.#change((database, state) => {
      const holds = holder !== '' && database.locks.find(id)?.holder === holder
      const stored = file === database.name && !this.#isOutdated(database, state, [space, ...entry.tags], id, version)
      if (stored) this.#put(database, state, space, id, entry, maxBytes)
      if (holds && stored) database.locks.letGo(id, holder, 'stored', this.#parts.wallTime())
      else if (holds) database.locks.remove(id)
      return { type: 'written', stored }
    })
  }

  change({ space, id, origin, hash, agoMs, entry, maxBytes }: Of<'change'>): Answer {
    const at = this.#parts.wallTime() - agoMs
    this.#changeSurely((database, state) => {
      if (agoMs > 0 && (database.fences.find(id)?.at ?? 0) > at) return
      database.fences.put({ id, hash, space, origin }, { version: state.next(), at })
      database.locks.remove(id)
      // Where something newer may have been forgotten, this value may be an older one.
      if (entry === undefined || (agoMs > 0 && state.floorAt > at)) database.entries.remove(id)
      else this.#put(database, state, space, id, entry, maxBytes)
      this.#forgetSome(database, state, maxBytes)
    })
    return { type: 'done' }
  }

  invalidate({ space, origin, name }: Of<'invalidate'>): Answer {
    this.#changeSurely((database, state) => database.marks.invalidate(name, space, origin, state))
    return { type: 'done' }
  }

  extend({ id, holder, leaseMs }: Of<'extend'>): Answer {
    this.#change(({ locks }) => {
      const lock = locks.find(id)
      if (lock?.holder === holder && lock.outcome === undefined) locks.hold(id, holder, this.#parts.wallTime() + leaseMs)
    })
    return { type: 'done' }
  }

  release({ id, holder, outcome }: Of<'release'>): Answer {
    this.#change(({ locks }) => {
      if (locks.find(id)?.holder !== holder) return
      if (outcome === undefined) locks.remove(id)
      else locks.letGo(id, holder, outcome, this.#parts.wallTime())
    })
    return { type: 'done' }
  }

  /** How a lock that somebody else held was let go of; undefined while it is held. */
  released({ space, id, holder, until }: Of<'wait'>): Answer | undefined {
    const now = this.#parts.wallTime()
    return this.#with((database) =>
      database.read(() => {
        const lock = database.locks.find(id)
        if (lock?.holder === holder && lock.outcome === undefined && now < until) return undefined
        const outcome = lock?.holder === holder ? lock.outcome : undefined
        if (outcome === 'stored') return { type: 'released', entry: this.#find(database, space, id, now), outcome: undefined }
        return { type: 'released', entry: undefined, outcome }
      }),
    )
  }

  /** What others and we have changed in this file after this version; only where things stand when it is another file. */
  news(file: string, version: number, atMost: number): News {
    return this.#with((database) =>
      database.read((state) => {
        const news = { file: database.name, version: state.version }
        if (file !== database.name || state.floor > version) return { ...news, changes: undefined }
        const changes = [...database.marks.since(version, atMost), ...database.fences.since(version, atMost)]
        return { ...news, changes: changes.length < atMost ? changes : undefined }
      }),
    )
  }

  /** Writes which entries were used. */
  writeUses(): void {
    this.#change((database) => this.#recency.write(database))
  }

  close(): void {
    this.#database?.close()
    this.#database = undefined
  }

  #find(database: Database, space: string, id: string, now: number): Entry | undefined {
    const row = database.entries.find(id)
    if (row === undefined || row.servedUntil <= now) return undefined
    for (const name of [space, ...row.tags]) {
      const mark = database.marks.find(name)
      if (mark === undefined || mark.since > row.number) return undefined
    }
    const entry = database.entries.whole(id, row)
    if (entry === undefined) return this.#warnOfEntry(database)
    this.#recency.use(database, row.number, row.usedAt, now)
    return entry
  }

  /** Whether one of these was invalidated after this version, or may have been. */
  #isOutdated({ marks, fences }: Database, state: State, names: readonly string[], id: string, version: number): boolean {
    if (state.floor > version || (fences.find(id)?.version ?? 0) > version) return true
    return names.some((name) => (marks.find(name)?.invalidated ?? 0) > version)
  }

  #put(database: Database, state: State, space: string, id: string, entry: Entry, maxBytes: number): void {
    if (!this.#recency.makeRoom(database, entry.bytes.length, maxBytes)) this.#makeMoreRoom(database, state, maxBytes)
    for (const name of [space, ...entry.tags]) database.marks.ensure(name, space, state)
    database.entries.put(id, state.next(), entry, this.#parts.wallTime())
    if (entry.tags.length > 0) this.#forgetSome(database, state, maxBytes)
  }

  #forgetSome(database: Database, state: State, maxBytes: number): void {
    if (++this.#changes % CHANGES_BETWEEN === 0) this.#forget(database, state, maxBytes)
  }

  #forget({ fences, marks }: Database, state: State, maxBytes: number): void {
    const most = Math.floor(maxBytes / BYTES_PER_FENCE)
    fences.keep(Math.min(most, MAX_FENCES), state)
    marks.keep(Math.min(most, MAX_MARKS), state, this.#parts.wallTime())
  }

  /** No entry is left, and there is no room: somebody with a larger bound remembers more, or the file is full of what nothing refers to. */
  #makeMoreRoom(database: Database, state: State, maxBytes: number): void {
    this.#forget(database, state, maxBytes)
    if (database.usedBytes > maxBytes) throw new Damage('it is full, and has no entries')
  }

  #change<T>(work: (database: Database, state: State) => T): T {
    return this.#with((database) => database.change((state) => work(database, state)))
  }

  /** A change that others must learn of: made again where the file was replaced meanwhile. */
  #changeSurely(work: (database: Database, state: State) => void): void {
    this.#with((database) => {
      database.change((state) => work(database, state))
      database.check()
    })
  }

  /** Does something with the file; once more when it is gone, damaged or full, after what can be done about that. */
  #with<T>(work: (database: Database) => T): T {
    for (let retried = false; ; retried = true) {
      const database = this.#opened()
      try {
        return work(database)
      } catch (error) {
        if (!this.#mend(database, error) || retried) throw error
      }
    }
  }

  #opened(): Database {
    try {
      this.#database?.check()
    } catch (error) {
      if (!(error instanceof Gone)) throw error
      this.close()
    }
    return (this.#database ??= this.#open())
  }

  #open(damaged?: DamagedFile): Database {
    return openDatabase(this.#parts, this.#parts.boot, this.#parts.warn, damaged)
  }

  /** Whether it is worth another attempt. */
  #mend(database: Database, error: unknown): boolean {
    switch (faultOf(error)) {
      case 'busy':
      case 'read-only':
        return false
      case 'full':
        database.emptyLog()
        return true
      case 'gone':
        this.close()
        return true
      case 'unusable':
        this.close()
        return false
      case 'damaged':
        this.close()
        this.#database = this.#open({ name: database.name, error })
        return true
    }
  }

  #warnOfEntry({ path }: Database): undefined {
    if (!this.#warnedOfEntry) this.#parts.warn(`an entry in ${path} is damaged; what is damaged is loaded again.`)
    this.#warnedOfEntry = true
  }
}

function isFresh(entry: Entry | undefined, beyondMs: number, now: number): boolean {
  return entry !== undefined && entry.freshUntil - now > beyondMs
}
