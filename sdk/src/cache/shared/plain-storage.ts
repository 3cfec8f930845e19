import { randomInt } from 'node:crypto'
import { LatestChange } from './latest-change.ts'
import { OWN_KEYS } from '../observed/own.ts'
import { type Reading, type SharedStorage, StorageRefusal, type StoredValue, type Token } from './shared-storage.ts'
import type { ValueCodec } from './value-codec.ts'
import type { Envelope, WireFormat } from './wire-format.ts'

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

/** Milliseconds that anything is kept at most: 30 days. */
const KEPT_MS = 30 * 86_400_000
/**
 * Milliseconds that a change of a key is remembered: an hour. A load that takes longer is not stored. An entry that was
 * written in the very moment of a change is gone by then, unless nobody has asked for its key.
 */
const CHANGE_MS = 3_600_000

/** Invalidations in one millisecond that can be told apart. */
const VERSIONS_PER_MS = 2_048

/**
 * A shared storage on any store of texts: with times to live, stale windows, tags, and loads that an invalidation outdates.
 * Every key, every tag and the cache have a version, which rises when they are invalidated; an entry says up to which version
 * its load knew of, and counts as absent when one of its own is higher. So an older entry may well be written after an
 * invalidation: it is not served. What such a store cannot do is missing: other processes' memory is not told of changes, and
 * there is no lock across processes. Where clocks of processes differ, times to live differ as much. A store that makes room
 * by itself may forget an invalidation with it.
 */
export class PlainStorage implements SharedStorage {
  readonly tier: string
  readonly deadlineMs: number
  readonly server: object
  readonly #store: PlainStore
  readonly #options: PlainStorageOptions
  readonly #prefix: string
  readonly #latest = new LatestChange()
  /** The change of each key that is being made. */
  readonly #turns = new Map<string, Promise<void>>()
  /** The last version that this process has given. */
  #newest = 0

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
    const [text, ...versions] = await Promise.all([this.#store.get(this.#nameOf(id)), this.#version('cleared'), this.#version(`key:${id}`)])
    const entry = this.#parse(id, text)
    const changed = Math.max(...versions, entry === undefined ? 0 : await this.#versionOfTags(entry.envelope.tags))
    const found = entry === undefined || entry.envelope.since < changed ? undefined : await this.#valueOf(entry)
    // Where nothing is loaded, nobody needs the token.
    const since = found !== undefined && found.freshMs > beyondMs ? 0 : Math.max(changed, await this.#version('last'))
    return { found, token: `${since} ${startedAt}`, holdsLock: false, released: undefined }
  }

  async write(key: string, value: StoredValue, token: Token): Promise<'stored' | 'outdated' | 'not serializable'> {
    const id = this.#options.format.idOf(key)
    const [since = 0, startedAt = 0] = token.split(' ').map(Number)
    const text = await this.#seal(id, value, since, 0)
    if (text === undefined) return 'not serializable'
    const versions = [this.#version('cleared'), this.#version(`key:${id}`), this.#versionOfTags(value.tags)]
    const changed = Math.max(...(await Promise.all(versions)))
    if (this.#options.wallTime() - startedAt > CHANGE_MS) return 'outdated'
    if (changed > since) {
      // Of two invalidations at the same time, the lower version may be the last that was written: then no load would ever know of the other.
      if (changed > (await this.#version('last'))) await this.#setVersion('last', changed)
      return 'outdated'
    }
    await this.#store.set(this.#nameOf(id), text, keptMs(value))
    return 'stored'
  }

  set(key: string, value: StoredValue, agoMs: number): Promise<void> {
    return this.#inTurn(key, async (id) => {
      const replaced = agoMs === 0 ? 'what is older' : await this.#replacedBy(id, agoMs)
      if (replaced === 'nothing') return
      if (replaced === 'who knows') return this.#invalidate(`key:${id}`)
      // Invalidations that came after a value was set are for it too.
      const version = agoMs === 0 ? await this.#nextVersion(`key:${id}`) : this.#versionAt(agoMs)
      const text = await this.#seal(id, value, version, agoMs)
      if (text === undefined) throw new StorageRefusal('the serializer does not carry the value')
      await Promise.all([this.#store.set(this.#nameOf(id), text, keptMs(value)), this.#setVersion(`key:${id}`, version)])
      if (agoMs === 0) await this.#setVersion('last', version)
    })
  }

  delete(key: string, agoMs: number): Promise<void> {
    return this.#inTurn(key, async (id) => {
      if (agoMs > 0 && (await this.#replacedBy(id, agoMs)) === 'nothing') return
      // Who invalidates a value may want it to be gone.
      await Promise.all([this.#invalidate(`key:${id}`), this.#store.set(this.#nameOf(id), GONE, 1)])
    })
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

  /** One change of a key after the other, and none that a newer one has overtaken. */
  async #inTurn(key: string, change: (id: string) => Promise<void>): Promise<void> {
    const isLatest = this.#latest.begin(key)
    const before = this.#turns.get(key) ?? Promise.resolve()
    const turn = before.catch(() => {}).then(() => (isLatest() ? change(this.#options.format.idOf(key)) : undefined))
    this.#turns.set(key, turn)
    try {
      await turn
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key)
    }
  }

  /** First what is invalidated: who knows of the version must know of the invalidation. */
  async #invalidate(what: string): Promise<void> {
    const version = await this.#nextVersion(what)
    await this.#setVersion(what, version)
    await this.#setVersion('last', version)
  }

  /** What a change that was made so long ago comes after: newer changes stay, and what was loaded since may be older or newer. */
  async #replacedBy(id: string, agoMs: number): Promise<'what is older' | 'nothing' | 'who knows'> {
    const [changed, text] = await Promise.all([this.#version(`key:${id}`), this.#store.get(this.#nameOf(id))])
    if (changed > this.#versionAt(agoMs)) return 'nothing'
    return (this.#parse(id, text)?.writtenAt ?? 0) < this.#options.wallTime() - agoMs ? 'what is older' : 'who knows'
  }

  /** Later than all before, unless clocks of processes are far apart, and by chance another one than those of others at the same time. */
  async #nextVersion(what: string): Promise<number> {
    const known = Math.max(...(await Promise.all([this.#version('last'), this.#version(what)])), this.#newest)
    return (this.#newest = Math.max(known + 1, this.#versionAt(0) + randomInt(VERSIONS_PER_MS)))
  }

  #versionAt(agoMs: number): number {
    return Math.floor((this.#options.wallTime() - agoMs) * VERSIONS_PER_MS)
  }

  async #version(what: string): Promise<number> {
    return Number(/^v (\d+)$/.exec((await this.#store.get(this.#nameOf(what))) ?? '')?.[1] ?? 0)
  }

  async #versionOfTags(tags: readonly string[]): Promise<number> {
    return Math.max(0, ...(await Promise.all(tags.map((tag) => this.#version(`tag:${tag}`)))))
  }

  async #setVersion(what: string, version: number): Promise<void> {
    await this.#store.set(this.#nameOf(what), `v ${version}`, what.startsWith('key:') ? CHANGE_MS : KEPT_MS)
  }

  #parse(id: string, text: string | undefined): Entry | undefined {
    const [type, writtenAt, servedUntil, body = ''] = text?.split(' ') ?? []
    if (type !== 'e') return undefined
    const envelope = this.#options.format.open(id, Buffer.from(body, 'base64'))
    return envelope && { writtenAt: Number(writtenAt), servedUntil: Number(servedUntil), envelope }
  }

  async #valueOf({ servedUntil, envelope }: Entry): Promise<StoredValue | undefined> {
    const servedMs = servedUntil - this.#options.wallTime()
    const value = servedMs > 0 ? await this.#options.codec.decode(envelope.body) : undefined
    if (value === undefined) return undefined
    const { graceMs, loadMs, tags } = envelope
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

/** An entry as it is in the store. Times are milliseconds since 1970. */
interface Entry {
  readonly writtenAt: number
  readonly servedUntil: number
  readonly envelope: Envelope
}

/** In place of an entry. All texts begin with a letter, because some stores parse what looks like JSON. */
const GONE = 'gone'

/** A namespace as a part of names that every store takes. */
function named(namespace: string): string {
  return namespace.replaceAll(/[^A-Za-z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`)
}

function keptMs({ servedMs }: StoredValue): number {
  return Math.max(1, Math.ceil(Math.min(servedMs, KEPT_MS)))
}
