import type { Database } from './database.ts'
import { CurrentDatabase } from './current-database.ts'
import type { Answer, Change, Entry, Request, ThreadData } from './protocol.ts'
import { Room } from './room.ts'
import type { State } from './state.ts'

/** A request of one type. */
type Of<Type extends Request['type']> = Extract<Request, { readonly type: Type }>

/** How often locks are forgotten that nobody holds or waits for, in milliseconds. */
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
 * The entries of all caches on one path, and what guards them. Every change has a number, and each takes effect as a whole: a
 * load is outdated when its key, its namespace or one of its tags has a later number than it began at, or when that is not
 * remembered any more. Throws what stands in the way.
 */
export class Store {
  readonly #now: () => number
  readonly #warn: (text: string) => void
  readonly #current: CurrentDatabase
  readonly #room = new Room()
  #locksForgottenAt = 0
  #warnedOfEntry = false

  constructor({ wallTime, ...parts }: StoreParts) {
    this.#now = wallTime
    this.#warn = parts.warn
    this.#current = new CurrentDatabase(parts)
  }

  /** Whether there are uses of entries to be written. */
  get waits(): boolean {
    return this.#room.recency.waits
  }

  /** Path of a file that every process writes after each change. */
  get signal(): string | undefined {
    return this.#current.signal
  }

  /** A number that is another one after another process has changed something. */
  dataVersion(): number {
    return this.#current.use((database) => database.dataVersion)
  }

  /** @returns undefined when the request needs a lock, for which `lock` asks */
  read({ space, id, beyondMs, leaseMs }: Of<'read'>): Answer | undefined {
    return this.#current.read((database, { version }) => {
      const now = this.#now()
      const entry = this.#find(database, space, id, now)
      if (leaseMs > 0 && !isFresh(entry, beyondMs, now)) return undefined
      return { type: 'read', file: database.name, version, entry, lock: 'none' }
    })
  }

  /** Reads an entry, and takes its lock where it is not fresh and nobody else has it. */
  lock({ space, id, beyondMs, holder, leaseMs }: Of<'read'>): Answer {
    return this.#current.change((database, { version }) => {
      const now = this.#now()
      const entry = this.#find(database, space, id, now)
      const reading = { type: 'read', file: database.name, version, entry } as const
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
    return this.#current.change((database, state) => {
      const holds = holder !== '' && database.locks.find(id)?.holder === holder
      const stored = file === database.name && !isOutdated(database, state, [space, ...entry.tags], id, version)
      const now = this.#now()
      const replaced = stored && isFresh(this.#find(database, space, id, now), 0, now)
      if (stored) this.#put(database, state, space, id, entry, maxBytes)
      if (holds && stored) database.locks.letGo(id, holder, 'stored', now)
      else if (holds) database.locks.remove(id)
      return { type: 'written', stored, replaced }
    })
  }

  change({ space, id, origin, hash, agoMs, entry, maxBytes }: Of<'change'>): Answer {
    this.#current.changeSurely((database, state) => {
      const now = this.#now()
      const at = now - agoMs
      if (agoMs > 0 && (database.fences.find(id)?.at ?? 0) > at) return
      database.fences.put({ id, hash, space, origin }, { version: state.next(), at })
      database.locks.remove(id)
      // Where something newer may have been forgotten, this value may be an older one.
      if (entry === undefined || (agoMs > 0 && state.floorAt > at)) database.entries.remove(id)
      else this.#put(database, state, space, id, entry, maxBytes)
      this.#room.changed(database, state, maxBytes, now)
    })
    return { type: 'done' }
  }

  invalidate({ space, origin, name, maxBytes }: Of<'invalidate'>): Answer {
    this.#current.changeSurely((database, state) => {
      database.marks.invalidate(name, space, origin, state)
      this.#room.changed(database, state, maxBytes, this.#now())
    })
    return { type: 'done' }
  }

  extend({ id, holder, leaseMs }: Of<'extend'>): Answer {
    this.#current.change(({ locks }) => {
      const lock = locks.find(id)
      if (lock?.holder === holder && lock.outcome === undefined) locks.hold(id, holder, this.#now() + leaseMs)
    })
    return { type: 'done' }
  }

  release({ id, holder, outcome }: Of<'release'>): Answer {
    this.#current.change(({ locks }) => {
      if (locks.find(id)?.holder !== holder) return
      if (outcome === undefined) locks.remove(id)
      else locks.letGo(id, holder, outcome, this.#now())
    })
    return { type: 'done' }
  }

  /** How a lock that somebody else held was let go of; undefined while it is held. */
  released({ space, id, holder, until }: Of<'wait'>): Answer | undefined {
    return this.#current.read((database) => {
      const now = this.#now()
      const lock = database.locks.find(id)
      if (lock?.holder === holder && lock.outcome === undefined && now < until) return undefined
      const outcome = lock?.holder === holder ? lock.outcome : undefined
      if (outcome === 'stored') return { type: 'released', entry: this.#find(database, space, id, now), outcome: undefined }
      return { type: 'released', entry: undefined, outcome }
    })
  }

  /** What was changed in this file after this version; only where things stand when it is another file. */
  news(file: string, version: number, atMost: number): News {
    return this.#current.read((database, state) => {
      const news = { file: database.name, version: state.version }
      if (file !== database.name || state.floor > version) return { ...news, changes: undefined }
      const changes = [...database.marks.since(version, atMost), ...database.fences.since(version, atMost)]
      return { ...news, changes: changes.length < atMost ? changes : undefined }
    })
  }

  /** Writes which entries were used. */
  writeUses(): void {
    this.#current.change((database) => this.#room.recency.write(database))
  }

  close(): void {
    this.#current.close()
  }

  #find(database: Database, space: string, id: string, now: number): Entry | undefined {
    const row = database.entries.find(id)
    if (row === undefined || row.servedUntil <= now) return undefined
    for (const name of [space, ...row.tags]) {
      const mark = database.marks.find(name)
      if (mark === undefined || mark.since > row.number) return undefined
    }
    const entry = database.entries.whole(id, row)
    // Nothing older than its fence is left of a key, unless a damaged index has hidden it from its removal.
    if (entry === undefined || (database.fences.find(id)?.version ?? 0) > row.number) return this.#warnOfEntry(database)
    this.#room.recency.use(database, row.number, row.usedAt, now)
    return entry
  }

  #put(database: Database, state: State, space: string, id: string, entry: Entry, maxBytes: number): void {
    const now = this.#now()
    this.#room.make(database, state, entry.bytes.length, maxBytes, now)
    for (const name of [space, ...entry.tags]) database.marks.ensure(name, space, state)
    database.entries.put(id, state.next(), entry, now)
    if (entry.tags.length > 0) this.#room.changed(database, state, maxBytes, now)
  }

  #warnOfEntry({ path }: Database): undefined {
    if (!this.#warnedOfEntry) this.#warn(`an entry in ${path} is damaged; what is damaged is loaded again.`)
    this.#warnedOfEntry = true
  }
}

function isFresh(entry: Entry | undefined, beyondMs: number, now: number): boolean {
  return entry !== undefined && entry.freshUntil - now > beyondMs
}

/** Whether one of these was invalidated after this version, or may have been. */
function isOutdated({ marks, fences }: Database, state: State, names: readonly string[], id: string, version: number): boolean {
  if (state.floor > version || (fences.find(id)?.version ?? 0) > version) return true
  return names.some((name) => (marks.find(name)?.invalidated ?? 0) > version)
}
