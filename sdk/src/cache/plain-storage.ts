import { hash, randomBytes } from 'node:crypto'
import { LatestChange } from './latest-change.ts'
import { OWN_KEYS } from './observed/own.ts'
import { type Reading, type SharedStorage, StorageRefusal, type StoredValue, type Token } from './shared-storage.ts'
import type { ValueCodec } from './value-codec.ts'
import type { WireFormat } from './wire-format.ts'

/** Anything that keeps texts under names: what `plainBackend` needs of a store. Methods reject when it cannot be reached. */
export interface PlainStore {
  /** Value of the attributes `pitwall.cache.backend` and `pitwall.cache.tier`, for example `etcd`. */
  readonly tier: string
  /** The text, or undefined where there is none. */
  get(name: string): Promise<string | undefined>
  /**
   * @param name letters, digits, `:`, `-` and `_`; as long as the namespace and 60 more
   * @param ttlMs milliseconds after which the store may forget it: a whole number from 1 to 30 days
   */
  set(name: string, text: string, ttlMs: number): Promise<void>
}

/** What a plain storage is told besides its store. */
export interface PlainStorageOptions {
  readonly namespace: string
  readonly format: WireFormat
  readonly codec: ValueCodec
  /** Milliseconds that a call may take. */
  readonly deadlineMs: number
  /** Milliseconds since 1970, about the same in all processes. */
  readonly wallTime: () => number
}

/** Milliseconds for which changes of a key are remembered; a load that takes longer is not stored. */
const FENCE_MS = 10 * 60_000
/** Milliseconds that anything is kept at most: 30 days. */
const KEPT_MS = 30 * 86_400_000

/** What is under a key: an entry, or word that it was invalidated. A letter first, because some stores parse what looks like JSON. */
type Text =
  | { readonly type: 'entry'; readonly writtenAt: number; readonly servedUntil: number; readonly body: string }
  | { readonly type: 'fence'; readonly writtenAt: number }

/**
 * A shared storage on any store of texts: with times to live, stale windows, tags, and loads that an invalidation outdates.
 * What such a store cannot do is missing: other processes' memory is not told of changes, there is no lock across processes,
 * and an invalidation in the very moment between the look and the write of another process's load may be lost. Where clocks
 * of processes differ, times to live differ as much. A store that makes room by itself may forget an invalidation with it.
 */
export class PlainStorage implements SharedStorage {
  readonly tier: string
  readonly deadlineMs: number
  readonly server: object
  readonly #store: PlainStore
  readonly #options: PlainStorageOptions
  readonly #prefix: string
  readonly #latest = new LatestChange()
  /** Tells changes of this process from those that another one makes at the same time. */
  readonly #origin = randomBytes(6).toString('hex')
  #changes = 0

  constructor(store: PlainStore, options: PlainStorageOptions) {
    this.tier = store.tier
    this.deadlineMs = options.deadlineMs
    this.server = store
    this.#store = store
    this.#options = options
    this.#prefix = `${OWN_KEYS}${named(options.namespace)}`
  }

  async read(key: string, beyondMs: number): Promise<Reading> {
    const id = this.#options.format.idOf(key)
    const startedAt = this.#options.wallTime()
    const [last, cleared, text] = await Promise.all([this.#version('last'), this.#version('cleared'), this.#store.get(this.#nameOf(id))])
    const found = await this.#open(id, text, { last, cleared })
    // Where nothing is loaded, nobody needs the token.
    const seen = found !== undefined && found.freshMs > beyondMs ? '' : markOf(text)
    return { found, token: `${startedAt} ${Math.max(last, cleared)} ${seen}`, holdsLock: false, released: undefined }
  }

  async write(key: string, value: StoredValue, token: Token): Promise<'stored' | 'outdated' | 'not serializable'> {
    const id = this.#options.format.idOf(key)
    const [startedAt, since, seen] = token.split(' ')
    const entry = await this.#seal(id, value, Number(since), 0)
    if (entry === undefined) return 'not serializable'
    const text = await this.#store.get(this.#nameOf(id))
    // What was there and is gone has expired: a change would be remembered for longer than loads may take.
    const changed = text !== undefined && markOf(text) !== seen
    if (changed || this.#options.wallTime() - Number(startedAt) > FENCE_MS) return 'outdated'
    await this.#store.set(this.#nameOf(id), entry, keptMs(value))
    return 'stored'
  }

  async set(key: string, value: StoredValue, agoMs: number): Promise<void> {
    const { format, wallTime } = this.#options
    const id = format.idOf(key)
    const isLatest = this.#latest.begin(key)
    const [last, cleared] = await Promise.all([this.#version('last'), this.#version('cleared')])
    // Invalidations that came after a value was set are for it too.
    const since = Math.min(Math.max(last, cleared), agoMs > 0 ? Math.floor((wallTime() - agoMs) * 1_000) : Number.POSITIVE_INFINITY)
    const entry = await this.#seal(id, value, since, agoMs)
    const isNewest = agoMs === 0 || (await this.#isOlderThan(id, wallTime() - agoMs))
    if (!isNewest || !isLatest()) return
    if (entry === undefined) throw new StorageRefusal('the serializer does not carry the value')
    // Loads that run must find it even when its time to live is over by then.
    await this.#store.set(this.#nameOf(id), entry, Math.max(keptMs(value), FENCE_MS))
  }

  async delete(key: string, agoMs: number): Promise<void> {
    const { format, wallTime } = this.#options
    const id = format.idOf(key)
    const fence = `f ${wallTime() - agoMs} ${this.#origin}${++this.#changes}`
    const isLatest = this.#latest.begin(key)
    const isNewest = agoMs === 0 || (await this.#isOlderThan(id, wallTime() - agoMs + 1))
    if (isLatest() && isNewest) await this.#store.set(this.#nameOf(id), fence, FENCE_MS)
  }

  tagId(tag: string): string {
    return this.#options.format.idOf(`tag:${tag}`)
  }

  async deleteTag(tag: string): Promise<void> {
    await this.#invalidate(`tag:${tag}`)
  }

  async clear(): Promise<void> {
    await this.#invalidate('cleared')
  }

  /** The store is its owner's, who ends its connections. */
  async close(): Promise<void> {}

  /** Whether what is there was written before this time, or nothing is. */
  async #isOlderThan(id: string, time: number): Promise<boolean> {
    const known = parse(await this.#store.get(this.#nameOf(id)))
    return known === undefined || known.writtenAt < time
  }

  /** Versions rise: later than any before, unless the clocks of processes are far apart. */
  async #invalidate(what: string): Promise<void> {
    const version = Math.max((await this.#version('last')) + 1, Math.round(this.#options.wallTime() * 1_000))
    await Promise.all([what, 'last'].map((name) => this.#setVersion(name, version)))
  }

  async #version(what: string): Promise<number> {
    return Number(/^v (\d+)$/.exec((await this.#store.get(this.#nameOf(what))) ?? '')?.[1] ?? 0)
  }

  async #setVersion(what: string, version: number): Promise<void> {
    await this.#store.set(this.#nameOf(what), `v ${version}`, KEPT_MS)
  }

  async #open(id: string, text: string | undefined, known: { last: number; cleared: number }): Promise<StoredValue | undefined> {
    const { format, codec, wallTime } = this.#options
    const parsed = parse(text)
    if (parsed?.type !== 'entry') return undefined
    const servedMs = parsed.servedUntil - wallTime()
    const envelope = servedMs > 0 ? format.open(id, Buffer.from(parsed.body, 'base64')) : undefined
    if (envelope === undefined || envelope.since < known.cleared) return undefined
    const { since, graceMs, loadMs, tags } = envelope
    const invalidated = Math.max(0, ...(await Promise.all(tags.map((tag) => this.#version(`tag:${tag}`)))))
    // Of two invalidations at the same time, the earlier one may have been written last: then what is loaded from now on
    // would count as older than the later one, and be loaded again and again.
    if (invalidated > known.last) await this.#setVersion('last', invalidated)
    if (invalidated > since) return undefined
    const value = await codec.decode(envelope.body)
    if (value === undefined) return undefined
    const forever = graceMs === Number.POSITIVE_INFINITY
    return { value, freshMs: forever ? graceMs : servedMs - graceMs, servedMs: forever ? graceMs : servedMs, loadMs, tags }
  }

  async #seal(id: string, value: StoredValue, since: number, agoMs: number): Promise<string | undefined> {
    const { format, codec, wallTime } = this.#options
    const body = await codec.encode(value.value)
    if (body === undefined) return undefined
    const { freshMs, servedMs, loadMs, tags } = value
    const graceMs = freshMs === Number.POSITIVE_INFINITY ? freshMs : servedMs - freshMs
    const entry = format.seal(id, { graceMs, since, loadMs, tags, body })
    return `e ${wallTime() - agoMs} ${wallTime() + keptMs(value)} ${entry.toString('base64')}`
  }

  #nameOf(what: string): string {
    return `${this.#prefix}:${what}`
  }
}

/** A namespace as a part of names that every store takes. */
function named(namespace: string): string {
  return namespace.replaceAll(/[^A-Za-z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`)
}

function parse(text: string | undefined): Text | undefined {
  const [type, writtenAt, servedUntil, body] = text?.split(' ') ?? []
  if (type === 'f') return { type: 'fence', writtenAt: Number(writtenAt) }
  return type === 'e' && body !== undefined
    ? { type: 'entry', writtenAt: Number(writtenAt), servedUntil: Number(servedUntil), body }
    : undefined
}

/** What tells a text from any other. */
function markOf(text: string | undefined): string {
  return text === undefined ? '' : hash('sha256', text, 'base64url')
}

function keptMs({ servedMs }: StoredValue): number {
  return Math.max(1, Math.ceil(Math.min(servedMs, KEPT_MS)))
}
