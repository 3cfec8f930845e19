import type { Bounded } from './departures.ts'

/** What lru-cache publishes of one operation: its `LRUCache.Status`, as far as it is read here. */
export interface LruMessage {
  readonly op: unknown
  /** The cache; what it is has not been looked at. */
  readonly cache: object
  readonly key?: unknown
  readonly value?: unknown
  readonly get?: unknown
  readonly set?: unknown
  readonly delete?: unknown
  readonly memo?: unknown
  readonly fetch?: unknown
  readonly forceRefresh?: unknown
  readonly returnedStale?: unknown
  readonly fetchError?: unknown
  readonly ttl?: unknown
  /** What a traced `fetch` resolved to, or rejected with. */
  readonly result?: unknown
  readonly error?: unknown
}

/** Whether a message tells of an operation of a cache. Anyone may publish anything to a channel. */
export function isLruMessage(message: unknown): message is LruMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'op' in message &&
    'cache' in message &&
    typeof message.cache === 'object' &&
    message.cache !== null
  )
}

/** An lru-cache, of whatever version and copy, as far as it is read here. None of it publishes anything. */
export interface Lru extends Bounded {
  /** Milliseconds; 0 when there is none. */
  readonly ttl: number
  readonly fetchMethod?: unknown
  readonly memoMethod?: unknown
  /** Milliseconds; 0 for a key that is not there. */
  getRemainingTTL(key: unknown): number
  /** What is there under a key, also when it has expired. */
  info(key: unknown): { readonly value: unknown } | undefined
}

/** Whether the cache of a message can be read. */
export function isLru(cache: object): cache is Lru {
  return (
    'size' in cache &&
    typeof cache.size === 'number' &&
    'max' in cache &&
    typeof cache.max === 'number' &&
    'maxSize' in cache &&
    typeof cache.maxSize === 'number' &&
    'ttl' in cache &&
    typeof cache.ttl === 'number' &&
    'getRemainingTTL' in cache &&
    typeof cache.getRemainingTTL === 'function' &&
    'info' in cache &&
    typeof cache.info === 'function'
  )
}

/**
 * The name that a cache bears already: of a class of the agent's that extends LRUCache, or of the function that loads.
 * Undefined where neither has one of its own.
 */
export function nameOfLru(cache: Lru): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(cache)
  // lru-cache's own class, which its minified build calls something else, is the one that defines this.
  if (typeof prototype === 'object' && prototype !== null && !Object.hasOwn(prototype, 'calculatedSize')) {
    const { name } = prototype.constructor
    if (name !== '') return name
  }
  return ownName(cache.fetchMethod, 'fetchMethod') ?? ownName(cache.memoMethod, 'memoMethod')
}

/** A function that is written where the option stands is named for the option by the language. */
function ownName(load: unknown, option: string): string | undefined {
  if (typeof load !== 'function') return undefined
  const name = load.name.replace(/^(bound )+/, '')
  return name === '' || name === option ? undefined : name
}
