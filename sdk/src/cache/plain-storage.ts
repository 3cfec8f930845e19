import { LatestChange } from './latest-change.ts'
import { OWN_KEYS } from './observed/own.ts'
import { type Reading, type SharedStorage, StorageRefusal, type StoredValue, type Token } from './shared-storage.ts'
import type { ValueCodec } from './value-codec.ts'
import type { Envelope, WireFormat } from './wire-format.ts'

/** Anything that keeps texts under names: what `plainStorage` needs of a store. Methods reject when it cannot be reached. */
export interface PlainStore {
  /** Value of the attribute `pitwall.cache.tier`. */
  readonly tier: string
  /** The text, or undefined where there is none. */
  get(name: string): Promise<string | undefined>
  /** @param ttlMs milliseconds after which the store may forget it */
  set(name: string, text: string, ttlMs: number): Promise<void>
  close?(): Promise<void>
}

/** What `plainStorage` is told besides its store. */
export interface PlainStorageOptions {
  readonly namespace: string
  readonly format: WireFormat
  readonly codec: ValueCodec
  /** Milliseconds that a call may take. */
  readonly deadlineMs: number
  /** Milliseconds since 1970, about the same in all processes. Default: the system's. */
  readonly wallTime?: () => number
}

/** Milliseconds for which invalidations are remembered; a load that takes longer is not stored. */
const FENCE_MS = 10 * 60_000
/** Milliseconds that an entry is kept at most: 30 days. */
const KEPT_MS = 30 * 86_400_000

/** Begins the text of a key that was invalidated. */
const FENCE = '-'

/**
 * A shared storage on any store of texts: with times to live, stale windows, tags, and loads that an invalidation outdates.
 * What such a store cannot do is missing: other processes' memory is not told of changes, there is no lock across processes,
 * and an invalidation in the very moment between the look and the write of another process's load may be lost.
 */
export function plainStorage(store: PlainStore, options: PlainStorageOptions): SharedStorage {
  return new PlainStorage(store, options)
}

class PlainStorage implements SharedStorage {
  readonly tier: string
  readonly deadlineMs: number
  readonly server: object
  readonly #store: PlainStore
  readonly #options: PlainStorageOptions
  readonly #wallTime: () => number
  readonly #latest = new LatestChange()

  constructor(store: PlainStore, options: PlainStorageOptions) {
    this.tier = store.tier
    this.deadlineMs = options.deadlineMs
    this.server = store
    this.#store = store
    this.#options = options
    this.#wallTime = options.wallTime ?? Date.now
  }

  async read(key: string): Promise<Reading> {
    const id = this.#options.format.idOf(key)
    const startedAt = this.#wallTime()
    const [since, cleared, text] = await Promise.all([this.#version('last'), this.#version('cleared'), this.#store.get(this.#nameOf(id))])
    const fence = text?.startsWith(FENCE) === true ? text : ''
    const found = text === undefined || fence !== '' ? undefined : await this.#open(id, text, cleared)
    return { found, token: `${startedAt} ${since} ${fence}`, holdsLock: false, released: undefined }
  }

  async write(key: string, value: StoredValue, token: Token): Promise<'stored' | 'outdated' | 'not serializable'> {
    const id = this.#options.format.idOf(key)
    const [startedAt, since, fence = ''] = token.split(' ')
    const entry = await this.#seal(id, value, Number(since))
    if (entry === undefined) return 'not serializable'
    const now = (await this.#store.get(this.#nameOf(id))) ?? ''
    if ((now.startsWith(FENCE) ? now : '') !== fence || this.#wallTime() - Number(startedAt) > FENCE_MS) return 'outdated'
    await this.#store.set(this.#nameOf(id), entry, value.servedMs)
    return 'stored'
  }

  async set(key: string, value: StoredValue): Promise<void> {
    const id = this.#options.format.idOf(key)
    const isLatest = this.#latest.begin(key)
    const entry = await this.#seal(id, value, await this.#version('last'))
    if (!isLatest()) return
    if (entry === undefined) throw new StorageRefusal('the serializer does not carry the value')
    await this.#store.set(this.#nameOf(id), entry, value.servedMs)
  }

  async delete(key: string): Promise<void> {
    this.#latest.supersede(key)
    await this.#store.set(this.#nameOf(this.#options.format.idOf(key)), `${FENCE}${this.#nextVersion(0)}`, FENCE_MS)
  }

  tagId(tag: string): string {
    return this.#options.format.idOf(`tag:${tag}`)
  }

  async deleteTag(tag: string): Promise<void> {
    await this.#invalidate(tag)
  }

  async clear(): Promise<void> {
    await this.#invalidate('cleared')
  }

  async close(): Promise<void> {
    await this.#store.close?.()
  }

  async #invalidate(what: string): Promise<void> {
    const version = String(this.#nextVersion(await this.#version('last')))
    await Promise.all(['last', what].map((name) => this.#store.set(this.#nameOf(name), version, KEPT_MS)))
  }

  async #version(what: string): Promise<number> {
    return Number(await this.#store.get(this.#nameOf(what))) || 0
  }

  /** Later than any version before, unless the clocks of processes are far apart. */
  #nextVersion(last: number): number {
    return Math.max(last + 1, Math.round(this.#wallTime() * 1_000))
  }

  async #open(id: string, text: string, cleared: number): Promise<StoredValue | undefined> {
    const { format, codec } = this.#options
    const [servedUntil, body = ''] = text.split(' ')
    const servedMs = Number(servedUntil) - this.#wallTime()
    const envelope = servedMs > 0 ? format.open(id, Buffer.from(body, 'base64')) : undefined
    if (envelope === undefined || envelope.since < cleared || (await this.#isInvalidated(envelope))) return undefined
    const value = await codec.decode(envelope.body)
    if (value === undefined) return undefined
    const { graceMs, loadMs, tags } = envelope
    const forever = graceMs === Number.POSITIVE_INFINITY
    return { value, freshMs: forever ? graceMs : servedMs - graceMs, servedMs: forever ? graceMs : servedMs, loadMs, tags }
  }

  async #isInvalidated({ tags, since }: Envelope): Promise<boolean> {
    const versions = await Promise.all(tags.map((tag) => this.#version(tag)))
    return versions.some((version) => version > since)
  }

  async #seal(id: string, { value, freshMs, servedMs, loadMs, tags }: StoredValue, since: number): Promise<string | undefined> {
    const body = await this.#options.codec.encode(value)
    if (body === undefined) return undefined
    const graceMs = freshMs === Number.POSITIVE_INFINITY ? freshMs : servedMs - freshMs
    const entry = this.#options.format.seal(id, { graceMs, since, loadMs, tags, body })
    return `${this.#wallTime() + Math.min(servedMs, KEPT_MS)} ${entry.toString('base64')}`
  }

  #nameOf(id: string): string {
    return `${OWN_KEYS}${this.#options.namespace}:${id}`
  }
}
