import { diag } from '@opentelemetry/api'
import type { Redis } from 'ioredis'
import { OptionError } from '../../errors.ts'
import { keyAsBytes } from '../key.ts'
import { OWN_KEYS } from '../observed/own.ts'
import { type ConnectionOptions, RedisConnection } from '../redis-connection.ts'
import { decode, encode } from '../wire-format.ts'
import type { SharedBackend, SharedStorage, SharedValue } from './backend.ts'

/** Milliseconds that a command may take by default: a healthy Redis answers in one; a caller hardly notices forty. */
const DEADLINE_MS = 40

/** A caller that waits longer than this is better off without a cache. */
const MAX_DEADLINE_MS = 60_000

/** Keys that one step of a clear looks at. */
const SCAN_COUNT = 1_000

/** What `redis()` may be told: how to reach it, as `url` or as ioredis has it (`host`, `password`, `tls`, `sentinels`, …). */
export interface RedisBackendOptions extends ConnectionOptions {
  /** For example `redis://localhost:6379/0`. Default: ioredis's own, 127.0.0.1:6379. */
  readonly url?: string
  /** Milliseconds a command may take before the cache goes on without it. Default 40. */
  readonly timeout?: number
  /** Under which the entries are kept. Default: the cache's name. Caches of one namespace share their entries. */
  readonly namespace?: string
}

/**
 * Keeps entries in Redis (7 or later), as JSON under `pitwall:NAMESPACE:KEY`, shared by all processes that use the same
 * namespace. Caches that are given the same `redis()` value share one connection. What JSON does not carry is lost on the way: Dates become strings, class instances plain objects; values
 * with cycles, BigInts, Maps, Sets, binary data or NaN are not stored. Short string keys stand there in clear, so let `key` hash what is secret.
 */
export function redis(options: RedisBackendOptions = {}): SharedBackend {
  const { url, timeout = DEADLINE_MS, namespace, ...rest } = options
  if (!(timeout > 0 && timeout <= MAX_DEADLINE_MS))
    throw new OptionError('timeout', timeout, `a number of milliseconds above 0 and up to ${MAX_DEADLINE_MS}`)
  if (namespace !== undefined && (typeof namespace !== 'string' || namespace === ''))
    throw new OptionError('namespace', namespace, 'a string of at least one character')
  if ('keyPrefix' in rest) throw new OptionError('keyPrefix', rest.keyPrefix, 'left out, because `namespace` takes its place')
  let connection: RedisConnection | undefined
  return {
    name: 'redis',
    synchronous: false,
    open: ({ name }) => {
      if (connection === undefined || connection.closed) connection = new RedisConnection(url, rest)
      return { local: undefined, shared: new RedisStorage(connection, namespace ?? name, timeout) }
    },
  }
}

export { redis as default }

class RedisStorage implements SharedStorage {
  readonly tier = 'redis'
  readonly deadlineMs: number
  readonly #connection: RedisConnection
  readonly #prefix: string
  #closed = false
  #warned = false

  constructor(connection: RedisConnection, namespace: string, deadlineMs: number) {
    this.#connection = connection
    connection.retain()
    this.deadlineMs = deadlineMs
    // A colon in the namespace is escaped, so that no key of one namespace can be a key of another.
    this.#prefix = `${OWN_KEYS}${namespace.replaceAll('%', '%25').replaceAll(':', '%3A')}:`
  }

  async get(key: string): Promise<SharedValue | undefined> {
    const name = this.#nameOf(key)
    const [text, pttl] = await this.#run((redis) => Promise.all([redis.get(name).catch(absentWhenForeign), redis.pttl(name)]))
    const value = text === null ? undefined : decode(text)
    // -1 is a key without expiry; -2 one that went between the two commands.
    if (value === undefined || pttl === -2) return undefined
    return { value, ttlMs: pttl === -1 ? undefined : pttl }
  }

  async set(key: string, value: unknown, ttlMs: number | undefined): Promise<void> {
    const name = this.#nameOf(key)
    const text = encode(value)
    if (text === undefined) {
      this.#warnOfLostValue()
      return this.delete(key)
    }
    // Redis takes whole numbers of milliseconds; what is beyond them is for ever.
    const forever = ttlMs === undefined || ttlMs > Number.MAX_SAFE_INTEGER
    if (forever) await this.#run((redis) => redis.set(name, text))
    else await this.#run((redis) => redis.set(name, text, 'PX', Math.max(1, Math.round(ttlMs))))
  }

  async delete(key: string): Promise<void> {
    await this.#run((redis) => redis.del(this.#nameOf(key)))
  }

  async clear(): Promise<void> {
    const pattern = `${this.#prefix.replace(/[\\*?[\]]/g, '\\$&')}*`
    let cursor = '0'
    do {
      const [next, names] = await this.#run((redis) => redis.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT))
      if (names.length > 0) await this.#run((redis) => redis.unlink(...names))
      cursor = next
    } while (cursor !== '0')
  }

  #nameOf(key: string): string {
    return this.#prefix + keyAsBytes(key)
  }

  #warnOfLostValue(): void {
    if (this.#warned) return
    this.#warned = true
    diag.warn(
      `some values under ${this.#prefix} are not kept in Redis, because JSON cannot carry them; let the function return plain data.`,
    )
  }

  close(): Promise<void> {
    if (!this.#closed) this.#connection.release()
    this.#closed = true
    return Promise.resolve()
  }

  #run<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    return this.#closed ? Promise.reject(new Error('the cache is closed')) : this.#connection.run(command)
  }
}

/** What somebody else keeps under our name, as a list or a hash, is absent to us; the next `set` replaces it. */
function absentWhenForeign(error: unknown): null {
  if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return null
  throw error
}
