import { randomBytes } from 'node:crypto'
import { diag } from '@opentelemetry/api'
import { hashString } from '../../sampling/hash.ts'
import { HeldLocks } from '../shared/locks/held-locks.ts'
import { decodeLockMessage, encodeLockMessage } from '../shared/locks/lock-message.ts'
import { messageOf, outcomeOf } from '../shared/locks/lock-outcome.ts'
import type { ChangeListener, Reading, Release, SharedStorage, StoredValue, Token } from '../shared/shared-storage.ts'
import type { ValueCodec } from '../shared/value-codec.ts'
import type { WireFormat } from '../shared/wire-format.ts'
import { type FileConnection, START_MS } from './connection.ts'
import type { Answer, Change, Entry } from './protocol.ts'

/** What a file storage is made of. */
export interface FileStorageParts {
  readonly connection: FileConnection
  readonly cacheName: string
  readonly format: WireFormat
  readonly codec: ValueCodec
  /** Milliseconds that a call may take once the thread of the file has started. */
  readonly timeoutMs: number
  /** Bound on the file, in bytes. */
  readonly maxBytes: number
}

/** The part of the bound that one value may take. */
const LARGEST_PART = 4
/** How long beyond its lease a lock is waited for, should the thread of the file not answer. */
const BEYOND_LEASE_MS = 50

/** The entries of one namespace in a file; `store.ts` says what it keeps of each. */
export class FileStorage implements SharedStorage {
  readonly tier = 'file'
  readonly deadlineMs: number
  readonly server: object
  readonly #parts: FileStorageParts
  readonly #origin = randomBytes(9).toString('base64url')
  /** Id of the namespace. */
  readonly #space: string
  readonly #locks: HeldLocks
  readonly #unlisten: (() => void)[] = []
  #closed = false
  #warned = false

  constructor(parts: FileStorageParts) {
    this.#parts = parts
    this.deadlineMs = START_MS + parts.timeoutMs
    this.server = parts.connection
    this.#space = parts.format.idOf('space')
    this.#locks = new HeldLocks(this.#origin)
    parts.connection.retain()
  }

  async read(key: string, beyondMs: number, leaseMs: number): Promise<Reading> {
    const id = this.#parts.format.idOf(key)
    const holder = this.#locks.nextHolder()
    const answer = await this.#call({ type: 'read', space: this.#space, id, beyondMs, holder, leaseMs })
    if (answer.type !== 'read') throw unexpected(answer)
    const { lock } = answer
    if (lock === 'taken') this.#locks.take(key, holder)
    return {
      found: await this.#open(id, answer.entry),
      token: `${answer.file} ${answer.version}`,
      holdsLock: lock === 'taken',
      released: typeof lock === 'string' ? undefined : this.#released(id, lock.holder, lock.until),
    }
  }

  async write(key: string, value: StoredValue, token: Token): Promise<'stored' | 'replaced' | 'outdated' | 'not serializable'> {
    const id = this.#parts.format.idOf(key)
    const entry = await this.#seal(id, value)
    if (entry === undefined) {
      await this.release(key, { type: 'unknown' })
      return 'not serializable'
    }
    const [file = '', version] = token.split(' ')
    const holder = this.#locks.letGo(key) ?? ''
    const { maxBytes } = this.#parts
    const answer = await this.#call({ type: 'write', space: this.#space, id, holder, file, version: Number(version), entry, maxBytes })
    if (answer.type !== 'written') throw unexpected(answer)
    if (answer.replaced) return 'replaced'
    return answer.stored ? 'stored' : 'outdated'
  }

  async set(key: string, value: StoredValue, agoMs: number): Promise<void> {
    await this.#change(key, agoMs, await this.#seal(this.#parts.format.idOf(key), value))
  }

  async delete(key: string, agoMs: number): Promise<void> {
    await this.#change(key, agoMs, undefined)
  }

  tagId(tag: string): string {
    return this.#parts.format.idOf(`tag:${tag}`)
  }

  async deleteTag(tag: string): Promise<void> {
    await this.#invalidate(tag)
  }

  async clear(): Promise<void> {
    await this.#invalidate(this.#space)
  }

  async extend(key: string, leaseMs: number): Promise<void> {
    const holder = this.#locks.holderOf(key)
    if (holder !== undefined) await this.#call({ type: 'extend', id: this.#parts.format.idOf(key), holder, leaseMs })
  }

  async release(key: string, outcome: Release): Promise<void> {
    const holder = this.#locks.letGo(key)
    if (holder === undefined) return
    const id = this.#parts.format.idOf(key)
    const message = await messageOf(this.#parts.codec, id, holder, outcome)
    await this.#call({ type: 'release', id, holder, outcome: message.type === 'free' ? undefined : encodeLockMessage(message) })
  }

  watch(listener: ChangeListener): () => void {
    if (!this.#parts.connection.hears) listener.lost()
    const unlisten = this.#parts.connection.listen({
      changed: (change) => this.#tell(listener, change),
      lost: () => listener.lost(),
      regained: () => listener.regained(),
    })
    this.#unlisten.push(unlisten)
    return unlisten
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const unlisten of this.#unlisten) unlisten()
    await this.#parts.connection.release()
  }

  #tell(listener: ChangeListener, change: Change): void {
    if (change.space !== this.#space || change.origin === this.#origin) return
    if (change.type === 'key') listener.keyChanged(change.hash)
    else if (change.type === 'tag') listener.tagInvalidated(change.tag)
    else listener.cleared()
  }

  async #invalidate(name: string): Promise<void> {
    await this.#call({ type: 'invalidate', space: this.#space, origin: this.#origin, name, maxBytes: this.#parts.maxBytes })
  }

  async #change(key: string, agoMs: number, entry: Entry | undefined): Promise<void> {
    const { format, maxBytes } = this.#parts
    const [id, hash] = [format.idOf(key), hashString(key)]
    const request = { space: this.#space, id, origin: this.#origin, hash, agoMs: Math.max(0, agoMs), entry, maxBytes }
    await this.#call({ type: 'change', ...request })
  }

  async #open(id: string, entry: Entry | undefined): Promise<StoredValue | undefined> {
    if (entry === undefined) return undefined
    const { freshUntil, servedUntil, tags, bytes } = entry
    const envelope = this.#parts.format.open(id, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
    const value = envelope && (await this.#parts.codec.decode(envelope.body))
    if (envelope === undefined || value === undefined) return undefined
    const now = Date.now()
    return { value, freshMs: freshUntil - now, servedMs: Math.max(servedUntil - now, 1), loadMs: envelope.loadMs, tags }
  }

  /** undefined for a value that cannot be kept. */
  async #seal(id: string, { value, freshMs, servedMs, loadMs, tags }: StoredValue): Promise<Entry | undefined> {
    const { format, codec, maxBytes } = this.#parts
    const body = await codec.encode(value)
    if (body === undefined) return this.#warnOnce('the serializer does not carry them; JSON carries plain data')
    // Times and tags are columns of the file.
    const bytes = format.seal(id, { graceMs: 0, since: 0, loadMs, tags: [], body })
    if (bytes.length > maxBytes / LARGEST_PART) return this.#warnOnce(`they take more than a quarter of its maxBytes (${maxBytes})`)
    const now = Date.now()
    return { freshUntil: now + freshMs, servedUntil: now + servedMs, tags, bytes }
  }

  async #released(id: string, holder: string, until: number): Promise<Release> {
    try {
      // Its deadline holds the process, because the caller waits for its answer.
      const waitMs = Math.max(until - Date.now(), 0) + BEYOND_LEASE_MS
      const answer = await this.#call({ type: 'wait', space: this.#space, id, holder, until }, waitMs)
      if (answer.type !== 'released') throw unexpected(answer)
      const found = await this.#open(id, answer.entry)
      if (found !== undefined) return { type: 'loaded', found }
      const message = answer.outcome && decodeLockMessage(Buffer.from(answer.outcome))
      if (message === undefined || message.type === 'stored') return { type: 'unknown' }
      return await outcomeOf(this.#parts.codec, message)
    } catch {
      return { type: 'unknown' }
    }
  }

  #warnOnce(why: string): undefined {
    if (this.#warned) return
    this.#warned = true
    diag.warn(`some values of '${this.#parts.cacheName}' are not kept in the file, because ${why}.`)
  }

  #call(request: Parameters<FileConnection['call']>[0], timeoutMs: number = this.#parts.timeoutMs): Promise<Answer> {
    const { connection } = this.#parts
    return this.#closed ? Promise.reject(new Error('the cache is closed')) : connection.call(request, timeoutMs)
  }
}

function unexpected(answer: Answer): Error {
  return new Error(`the thread of the file answered '${answer.type}'`)
}
