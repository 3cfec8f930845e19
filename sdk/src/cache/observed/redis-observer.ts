import { type Clock, systemClock } from '../../clock.ts'
import { hashString } from '../../sampling/hash.ts'
import { ERROR, SHARED_HIT } from '../events.ts'
import { CallerLookup, type FindCaller } from './caller-lookup.ts'
import type { ObservedCache } from './observed-cache.ts'
import { ObservedCaches } from './observed-caches.ts'
import type { Observer } from './observe.ts'
import { OWN_KEYS } from './own.ts'

/** Kinds of keys whose place is remembered at once; beyond, all are looked up anew. */
const MAX_KINDS = 1_000

/** Commands that read one value, and whose key ioredis publishes. Of MGET, HGET and HGETALL it publishes none. */
const reads = new Set(['get', 'getex'])
/** Commands that store one value, and whose key ioredis publishes. */
const writes = new Set(['set', 'setex', 'psetex'])

/** What ioredis publishes of a command: its `CommandTraceContext`, and what came of it. */
interface RedisMessage {
  readonly command: string
  /** As texts; those that may hold a value are `?`. */
  readonly args: readonly string[]
  readonly database?: unknown
  readonly serverAddress?: unknown
  readonly serverPort?: unknown
  readonly result?: unknown
}

/** A command that waits for its answer. */
interface Reading {
  readonly cache: ObservedCache
  readonly key: string
  readonly startedAt: number
}

/**
 * Counts what ioredis (6 or later) tells of the agent's reads and writes. A cache goes by the place in the source that
 * first read a kind of key, never by anything of the key, which may begin with somebody's name; where the place cannot be
 * told, because the command waited in a queue, it goes by server and database.
 */
export class RedisObserver implements Observer {
  readonly caches: ObservedCaches
  readonly listeners = {
    'tracing:ioredis:command:start': (message: unknown) => this.#started(message),
    'tracing:ioredis:command:error': (message: unknown) => this.#failed(message),
    'tracing:ioredis:command:asyncEnd': (message: unknown) => this.#ended(message),
  }
  readonly #clock: Clock
  readonly #caller: CallerLookup
  readonly #kinds = new Map<number, ObservedCache>()
  readonly #readings = new WeakMap<object, Reading>()

  constructor(clock: Clock = systemClock, findCaller?: FindCaller) {
    this.caches = new ObservedCaches('redis', clock)
    this.#clock = clock
    this.#caller = new CallerLookup(clock, findCaller)
  }

  #started(message: unknown): void {
    if (!isRedisMessage(message)) return
    const command = message.command.toLowerCase()
    const key = message.args[0] ?? '?'
    if (key === '?' || key.startsWith(OWN_KEYS)) return
    if (reads.has(command)) this.#readings.set(message, { cache: this.#cacheOf(key, message), key, startedAt: this.#clock.now() })
    // Sent is as good as stored: what is measured is the time that the loader took.
    else if (writes.has(command)) this.#kinds.get(kindOf(key))?.stored(key, undefined)
  }

  #failed(message: unknown): void {
    const reading = this.#take(message)
    reading?.cache.requested(ERROR, reading.key)
  }

  /** Is told after an error too. */
  #ended(message: unknown): void {
    const reading = this.#take(message)
    // In a transaction this is not the answer yet; a cache is not read in one.
    if (reading === undefined || !isRedisMessage(message) || message.result === 'QUEUED') return
    const { cache, key, startedAt } = reading
    cache.statistics.on({ type: 'lookup', durationMs: this.#clock.now() - startedAt })
    if (message.result === null) cache.missed(key)
    else cache.requested(SHARED_HIT, key)
  }

  #take(message: unknown): Reading | undefined {
    if (typeof message !== 'object' || message === null) return undefined
    const reading = this.#readings.get(message)
    this.#readings.delete(message)
    return reading
  }

  #cacheOf(key: string, message: RedisMessage): ObservedCache {
    const kind = kindOf(key)
    const known = this.#kinds.get(kind)
    if (known !== undefined) return known
    const site = this.#caller.look()?.site
    if (site === undefined) return this.caches.named(databaseOf(message), undefined)
    const cache = this.caches.at(site)
    if (this.#kinds.size >= MAX_KINDS) this.#kinds.clear()
    this.#kinds.set(kind, cache)
    return cache
  }
}

/** Server and database of a command: `localhost:6379/0`, or the path of a socket in place of the server. */
function databaseOf({ serverAddress, serverPort, database }: RedisMessage): string {
  return [serverAddress, ...(serverPort === undefined ? [] : [':', serverPort]), '/', database].join('')
}

/**
 * Hash of what the keys of one kind have in common: all parts but the last, without those that hold a digit. `user:17:name`
 * and `user:18:name` are of one kind.
 */
function kindOf(key: string): number {
  return hashString(key.slice(0, Math.max(0, key.lastIndexOf(':'))).replace(/[^:]*\d[^:]*/g, ''))
}

function isRedisMessage(message: unknown): message is RedisMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'command' in message &&
    typeof message.command === 'string' &&
    'args' in message &&
    Array.isArray(message.args)
  )
}
