import { randomBytes } from 'node:crypto'
import { diag } from '@opentelemetry/api'
import type { Clock } from '../../clock.ts'
import { hashString } from '../../sampling/hash.ts'
import { LatestChange } from '../shared/latest-change.ts'
import { HeldLocks } from '../shared/locks/held-locks.ts'
import type { LockMessage } from '../shared/locks/lock-message.ts'
import { messageOf, outcomeOf } from '../shared/locks/lock-outcome.ts'
import { OWN_KEYS } from '../observed/own.ts'
import {
  type ChangeListener,
  type Reading,
  type Release,
  type SharedStorage,
  StorageRefusal,
  type StoredValue,
  type Token,
} from '../shared/shared-storage.ts'
import type { ValueCodec } from '../shared/value-codec.ts'
import type { Envelope, WireFormat } from '../shared/wire-format.ts'
import type { Client } from './address.ts'
import type { RedisConnection } from './connection.ts'
import { LockWaiters } from './lock-waiters.ts'
import { decodeMessage, encodeMessage, type Message } from './messages.ts'
import { NamespaceVersions } from './namespace-versions.ts'
import { list, text } from './replies.ts'
import { changeScript, extendScript, FENCE_MS, KEPT_MS, readScript, releaseScript, writeScript } from './scripts.ts'
import type { RedisSubscriber } from './subscriber.ts'
import { formatToken, parseToken } from './token.ts'

/** What a Redis storage is made of. */
export interface RedisStorageParts {
  readonly connection: Pick<RedisConnection, 'run' | 'epoch' | 'retain' | 'release'> & Partial<Pick<RedisConnection, 'masters'>>
  readonly subscriber: Pick<RedisSubscriber, 'listen' | 'use' | 'close'>
  readonly namespace: string
  readonly format: WireFormat
  readonly codec: ValueCodec
  readonly deadlineMs: number
  readonly clock: Clock
}

/** Longest time that Lua can compare without loss. */
const LONGEST_MS = 1e15

/** The entries of one namespace in Redis; `scripts.ts` says what it keeps of each. */
export class RedisStorage implements SharedStorage {
  readonly tier = 'redis'
  readonly deadlineMs: number
  readonly server: object
  readonly #parts: RedisStorageParts
  readonly #origin = randomBytes(9).toString('base64url')
  readonly #locks: HeldLocks
  readonly #waiters: LockWaiters
  readonly #latest = new LatestChange()
  readonly #listeners = new Set<ChangeListener>()
  readonly #channel: string
  readonly #versions: NamespaceVersions
  #unlisten: (() => void) | undefined
  #hears = false
  #closed = false
  #warned = false

  constructor(parts: RedisStorageParts) {
    this.#parts = parts
    this.deadlineMs = parts.deadlineMs
    this.server = parts.connection
    this.#locks = new HeldLocks(this.#origin)
    this.#waiters = new LockWaiters(parts.clock)
    this.#channel = `${OWN_KEYS}${parts.namespace}:changes`
    this.#versions = new NamespaceVersions(parts.namespace, parts.clock)
    parts.connection.retain()
  }

  /** In a cluster, the master that has the key, and the one that has the versions of the namespace. */
  serverOf(key: string | undefined): object {
    const { connection, format } = this.#parts
    const { name } = this.#versions
    return connection.masters?.groupOf(name, key === undefined ? name : this.#namesOf(format.idOf(key))[0]) ?? connection
  }

  servers(): Iterable<object> {
    const { connection } = this.#parts
    return connection.masters?.groups() ?? [connection]
  }

  async read(key: string, beyondMs: number, leaseMs: number): Promise<Reading> {
    const id = this.#parts.format.idOf(key)
    this.#listen()
    // From before it is known that there is something to wait for, so that no release is missed.
    const waiter = leaseMs > 0 ? this.#waiters.expect(id) : undefined
    const holder = this.#locks.nextHolder()
    try {
      const { found, cleared, token, lock, lockMs, lockHolder } = await this.#ask(id, [Math.min(beyondMs, LONGEST_MS), holder, leaseMs])
      if (lock === 1) this.#locks.take(key, holder)
      const reading = { found, token, holdsLock: lock === 1 }
      if (lock !== 2 || waiter === undefined) {
        waiter?.end()
        return { ...reading, released: undefined }
      }
      const released = waiter.wait(lockHolder, lockMs, this.#hears).then((message) => this.#releaseIn(id, message, cleared))
      return { ...reading, released }
    } catch (error) {
      waiter?.end()
      throw error
    }
  }

  async write(key: string, value: StoredValue, token: Token): Promise<'stored' | 'replaced' | 'outdated' | 'not serializable'> {
    const { format, connection, clock } = this.#parts
    const id = format.idOf(key)
    const { epoch, startedAt, since, fence } = parseToken(token)
    // Of what happened before this connection was made, or so long ago, Redis may know nothing any more.
    if (epoch !== connection.epoch || clock.now() - startedAt > FENCE_MS) {
      await this.release(key, { type: 'unknown' })
      return 'outdated'
    }
    const entry = await this.#seal(id, value, since)
    if (entry === undefined) {
      await this.release(key, { type: 'unknown' })
      return 'not serializable'
    }
    const holder = this.#locks.letGo(key) ?? ''
    const stored = encodeMessage({ type: 'stored', id, holder, freshMs: value.freshMs, servedMs: value.servedMs, entry })
    const free = encodeMessage({ type: 'free', id, holder })
    const names = this.#namesOf(id)
    const done = await this.#run(
      (client) => writeScript.run(client, ...names, fence, holder, keptMs(value), entry, this.#channel, stored, free, since),
      names[0],
    )
    if (done === 2) return 'replaced'
    return done === 1 ? 'stored' : 'outdated'
  }

  async set(key: string, value: StoredValue, agoMs: number): Promise<void> {
    const id = this.#parts.format.idOf(key)
    const isLatest = this.#latest.begin(key)
    const [, fenceName] = this.#namesOf(id)
    const [{ last, now }, fence] = await this.#run(
      (client) => Promise.all([this.#versions.begin(client), client.getBuffer(fenceName)]),
      this.#versions.name,
      fenceName,
    )
    // Invalidations that came after a value was set are for it too.
    const since = Math.min(last, now - agoMs * 1_000)
    const entry = await this.#seal(id, value, Math.floor(since))
    if (isLatest()) await this.#change(key, id, agoMs, entry === undefined ? [0, '', ''] : [keptMs(value), entry, text(fence)])
  }

  async delete(key: string, agoMs: number): Promise<void> {
    this.#latest.supersede(key)
    await this.#change(key, this.#parts.format.idOf(key), agoMs, [0, '', ''])
  }

  tagId(tag: string): string {
    return this.#parts.format.idOf(`tag:${tag}`)
  }

  async deleteTag(tag: string): Promise<void> {
    await this.#invalidate(tag, { type: 'tag', origin: this.#origin, tag })
  }

  async clear(): Promise<void> {
    await this.#invalidate(undefined, { type: 'all', origin: this.#origin })
  }

  async extend(key: string, leaseMs: number): Promise<void> {
    const holder = this.#locks.holderOf(key)
    const [, , lock] = this.#namesOf(this.#parts.format.idOf(key))
    if (holder !== undefined) await this.#run((client) => extendScript.run(client, lock, holder, leaseMs), lock)
  }

  async release(key: string, outcome: Release): Promise<void> {
    const holder = this.#locks.letGo(key)
    if (holder === undefined) return
    const id = this.#parts.format.idOf(key)
    const [, , lock] = this.#namesOf(id)
    const message = encodeMessage(await messageOf(this.#parts.codec, id, holder, outcome))
    await this.#run((client) => releaseScript.run(client, lock, holder, this.#channel, message), lock)
  }

  watch(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    if (!this.#hears) listener.lost()
    return () => this.#listeners.delete(listener)
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true
      this.#unlisten?.()
      if (this.#parts.connection.release()) this.#parts.subscriber.close()
    }
    return Promise.resolve()
  }

  /** Begins to listen at the first use: a cache that is never used opens no connection. */
  #listen(): void {
    this.#parts.subscriber.use()
    this.#unlisten ??= this.#parts.subscriber.listen(this.#channel, {
      heard: (message) => this.#heard(decodeMessage(message)),
      connected: () => {
        this.#hears = true
        for (const listener of this.#listeners) listener.regained()
      },
      disconnected: () => {
        this.#hears = false
        for (const listener of this.#listeners) listener.lost()
      },
    })
  }

  #heard(message: Message | undefined): void {
    if (message === undefined) return
    this.#waiters.heard(message)
    if (!('origin' in message) || message.origin === this.#origin) return
    for (const listener of this.#listeners) {
      if (message.type === 'key') listener.keyChanged(message.hash)
      else if (message.type === 'tag') listener.tagInvalidated(message.tag)
      else listener.cleared()
    }
  }

  async #ask(id: string, [beyondMs, holder, leaseMs]: readonly [number, string, number]) {
    const startedAt = this.#parts.clock.now()
    const names = this.#namesOf(id)
    const [{ last, cleared }, answer] = await this.#run(
      (client) => Promise.all([this.#versions.read(client), readScript.run(client, ...names, beyondMs, holder, leaseMs)]),
      this.#versions.name,
      names[0],
    )
    const [value, leftMs, fence, lock, lockMs, lockHolder] = list(answer)
    return {
      found: Buffer.isBuffer(value) ? await this.#open(id, value, Number(leftMs), cleared) : undefined,
      token: formatToken({ epoch: this.#parts.connection.epoch, startedAt, since: last, fence: text(fence) }),
      cleared,
      lock,
      lockMs: Number(lockMs),
      lockHolder: text(lockHolder),
    }
  }

  /** The value in an entry; undefined when it is none of ours, its time is over, or it was invalidated with others. */
  async #open(id: string, bytes: Buffer, leftMs: number, cleared: number): Promise<StoredValue | undefined> {
    const { format, codec } = this.#parts
    const envelope = leftMs > 0 ? format.open(id, bytes) : undefined
    if (envelope === undefined || envelope.since < cleared || (await this.#isInvalidated(envelope))) return undefined
    const value = await codec.decode(envelope.body)
    if (value === undefined) return undefined
    const { graceMs, loadMs, tags } = envelope
    const forever = graceMs === Number.POSITIVE_INFINITY
    return { value, freshMs: forever ? graceMs : leftMs - graceMs, servedMs: forever ? graceMs : leftMs, loadMs, tags }
  }

  async #isInvalidated({ tags, since }: Envelope): Promise<boolean> {
    if (tags.length === 0) return false
    const versions = await this.#run((client) => this.#versions.ofTags(client, tags), this.#versions.name)
    return versions.some((version) => version > since)
  }

  async #releaseIn(id: string, message: LockMessage | undefined, cleared: number): Promise<Release> {
    try {
      if (message === undefined) return { type: 'unknown' }
      if (message.type !== 'stored') return await outcomeOf(this.#parts.codec, message)
      const found = await this.#open(id, message.entry, message.servedMs, cleared)
      return found === undefined ? { type: 'unknown' } : { type: 'loaded', found }
    } catch {
      return { type: 'unknown' }
    }
  }

  async #seal(id: string, value: StoredValue, since: number): Promise<Buffer | undefined> {
    const { format, codec } = this.#parts
    const graceMs = value.freshMs === Number.POSITIVE_INFINITY ? value.freshMs : value.servedMs - value.freshMs
    const body = await codec.encode(value.value)
    if (body === undefined) return this.#warnOfLostValue()
    return format.seal(id, { graceMs, since, loadMs: value.loadMs, tags: value.tags, body })
  }

  /** @param kept milliseconds to keep an entry, the entry, and the fence that was read before; or 0 to remove it */
  async #change(key: string, id: string, agoMs: number, kept: readonly [number, string | Buffer, string]): Promise<void> {
    this.#listen()
    const message = encodeMessage({ type: 'key', origin: this.#origin, id, hash: hashString(key) })
    const ago = Math.round(agoMs * 1_000)
    const names = this.#namesOf(id)
    try {
      await this.#run((client) => changeScript.run(client, ...names, ago, FENCE_MS, this.#channel, message, ...kept), names[0])
    } catch (error) {
      throw error instanceof Error && error.name === 'ReplyError' ? new StorageRefusal(error.message, { cause: error }) : error
    }
  }

  async #invalidate(tag: string | undefined, message: Message): Promise<void> {
    this.#listen()
    const bytes = encodeMessage(message)
    await this.#run((client) => this.#versions.invalidate(client, tag, this.#channel, bytes), this.#versions.name)
  }

  #namesOf(id: string): [string, string, string] {
    const name = `${OWN_KEYS}${this.#parts.namespace}:{${id}}`
    return [`${name}:value`, `${name}:fence`, `${name}:lock`]
  }

  #warnOfLostValue(): undefined {
    if (this.#warned) return
    this.#warned = true
    const { namespace } = this.#parts
    diag.warn(`some values of '${namespace}' are not kept in Redis, because the serializer does not carry them; JSON carries plain data.`)
  }

  /** @param names what the commands are about, one for each server of a cluster that is needed */
  #run<T>(commands: (client: Client) => Promise<T>, ...names: readonly string[]): Promise<T> {
    return this.#closed ? Promise.reject(new Error('the cache is closed')) : this.#parts.connection.run(commands, ...names)
  }
}

/** Milliseconds that Redis keeps an entry. */
function keptMs({ servedMs }: StoredValue): number {
  return Math.max(1, Math.round(Math.min(servedMs, KEPT_MS)))
}
