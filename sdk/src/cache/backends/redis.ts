import { OptionError } from '../../errors.ts'
import { checkOptions } from '../options/check-options.ts'
import type { Duration } from '../../duration.ts'
import { checkDeadline } from '../options/l2-options.ts'
import { placeOf } from '../namespaces.ts'
import { CONNECT_MS, type ConnectionOptions, connectionOptions, type NodeAddress } from '../redis/address.ts'
import { RedisConnection } from '../redis/connection.ts'
import { RedisStorage } from '../redis/storage.ts'
import { RedisSubscriber } from '../redis/subscriber.ts'
import { WireFormat } from '../shared/wire-format.ts'
import type { SharedBackend } from './backend.ts'

/** How long a command may take by default: a healthy Redis answers in one millisecond; a caller hardly notices forty. */
const DEADLINE_MS = 40

/** What `redis()` may be told: how to reach it, as `url`, as `cluster`, or as ioredis has it (`host`, `password`, `tls`, `sentinels`, …). */
export interface RedisBackendOptions extends ConnectionOptions {
  /** For example `redis://localhost:6379/0`. Default: ioredis's own, 127.0.0.1:6379. */
  readonly url?: string
  /** Some servers of a Redis Cluster, which know the others; `password`, `tls` and the like are for each of them. */
  readonly cluster?: readonly NodeAddress[]
  /** How long a command may take before the cache goes on without it. Default 40 ms. */
  readonly timeout?: Duration
  /** Under which the entries are kept. Default: the cache's name. Caches of one namespace share their entries. */
  readonly namespace?: string
  /** Keys are hashed with it (HMAC), so that nobody without it can try them out; the same for all processes of a fleet. Default: SHA-256. */
  readonly secret?: string
}

/**
 * Keeps entries in Redis (7 or later), shared by all processes that use the same namespace. Keys go there as hashes only, values
 * as the cache's `serializer` has them. What one process sets or invalidates, the memory of the others forgets at once. Caches
 * that are given the same `redis()` value share its two connections. An entry is kept for 30 days at most.
 * @throws OptionError, one sentence, for an option that cannot be what it is
 */
export function redis(options: RedisBackendOptions = {}): SharedBackend {
  const { url, cluster, timeout = DEADLINE_MS, namespace, secret, ...rest } = options
  const deadlineMs = checkDeadline('timeout', timeout)
  for (const [option, value] of Object.entries({ url, namespace, secret }))
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw new OptionError(option, value, 'a string of at least one character')
  checkScheme(url)
  if (cluster !== undefined && (!Array.isArray(cluster) || cluster.length === 0))
    throw new OptionError('cluster', cluster, 'a list of at least one { host, port }')
  if ('keyPrefix' in rest) throw new OptionError('keyPrefix', rest.keyPrefix, 'left out, because `namespace` takes its place')
  checkOptions('redis', options, ['url', 'cluster', 'timeout', 'namespace', 'secret', ...connectionOptions])
  // A server that may take its time to answer may take as long to accept a connection.
  const connectTimeout = Math.max(deadlineMs, CONNECT_MS)
  const address = { url, cluster, options: { connectTimeout, ...rest } }
  let connection: RedisConnection | undefined
  let subscriber: RedisSubscriber | undefined
  return {
    name: 'redis',
    synchronous: false,
    hasLocks: true,
    open({ name, part, codec, clock }) {
      if (connection === undefined || subscriber === undefined || connection.closed) {
        connection = new RedisConnection(address)
        subscriber = new RedisSubscriber(address)
      }
      const own = escaped(placeOf(namespace ?? name, part))
      const format = new WireFormat(own, codec.id, secret)
      return { local: undefined, shared: new RedisStorage({ connection, subscriber, namespace: own, format, codec, deadlineMs, clock }) }
    },
  }
}

export { redis as default }

/** ioredis takes any address for that of a Redis. Of a wrong one only the scheme is shown: there may be a password in it. */
function checkScheme(url: string | undefined): void {
  const scheme = url && /^([a-z][\w+.-]*):\/\//i.exec(url)?.[1]
  if (scheme && !/^rediss?$/i.test(scheme))
    throw new OptionError('url', `${scheme}://…`, 'an address that begins with redis:// or rediss://')
}

/** A namespace as a part of Redis's keys: what stands for something else there is escaped. */
function escaped(namespace: string): string {
  return namespace.replaceAll(/[:{}]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
