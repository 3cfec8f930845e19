import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'

/** A client of one server, or of a cluster of them. */
export type Client = Redis | Cluster

/** What a connection may be told: ioredis's own options; those that would make a caller wait are set here. */
export type ConnectionOptions = Omit<
  RedisOptions,
  | 'lazyConnect'
  | 'enableOfflineQueue'
  | 'retryStrategy'
  | 'maxRetriesPerRequest'
  | 'autoResendUnfulfilledCommands'
  | 'replyMapping'
  | 'sentinelRetryStrategy'
  | 'keyPrefix'
>

const known = {
  Connector: true,
  autoPipeliningIgnoredCommands: true,
  autoResubscribe: true,
  blockingTimeout: true,
  blockingTimeoutGrace: true,
  clientInfoTag: true,
  commandQueue: true,
  commandTimeout: true,
  connectTimeout: true,
  connectionName: true,
  db: true,
  disableClientInfo: true,
  disconnectTimeout: true,
  enableAutoPipelining: true,
  enableReadyCheck: true,
  enableTLSForSentinelMode: true,
  failoverDetector: true,
  family: true,
  himportFieldsets: true,
  host: true,
  keepAlive: true,
  maxLoadingRetryTime: true,
  monitor: true,
  name: true,
  natMap: true,
  noDelay: true,
  offlineQueue: true,
  password: true,
  path: true,
  port: true,
  preferredSlaves: true,
  protocol: true,
  readOnly: true,
  reconnectOnError: true,
  role: true,
  scripts: true,
  sentinelCommandTimeout: true,
  sentinelMaxConnections: true,
  sentinelPassword: true,
  sentinelReconnectStrategy: true,
  sentinelTLS: true,
  sentinelUsername: true,
  sentinels: true,
  showFriendlyErrorStack: true,
  socketTimeout: true,
  stringNumbers: true,
  tls: true,
  updateSentinels: true,
  username: true,
} satisfies Record<keyof ConnectionOptions, true>

/** Names of ioredis's options: it takes no notice of others, and connects to 127.0.0.1 where a server is misspelt. */
export const connectionOptions: readonly string[] = Object.keys(known)

/** A server of a cluster. */
export interface NodeAddress {
  readonly host: string
  readonly port: number
}

/** Where Redis is: one server (or Sentinels that know it), as an address or as options, or some servers of a cluster. */
export interface RedisAddress {
  readonly url: string | undefined
  readonly cluster: readonly NodeAddress[] | undefined
  readonly options: ConnectionOptions
}

/** Milliseconds after which a server that does not answer is given up. */
export const SILENT_MS = 2_000

/**
 * Milliseconds after which an attempt to connect is given up. Where its packet was lost, the system sends it again after a second: a new
 * attempt is sooner, so that an address from which no answer came is in use again within a second of its return.
 */
export const CONNECT_MS = 500

/** Milliseconds that a server has to agree to the end of a connection: ioredis waits for it in a timer that holds the process, 2 s by default. */
const DISCONNECT_MS = 50

/** What is not worth waiting for, unless the user says so. */
const hasty = {
  connectTimeout: CONNECT_MS,
  disconnectTimeout: DISCONNECT_MS,
  sentinelCommandTimeout: CONNECT_MS,
} satisfies RedisOptions

/** What makes ioredis fail at once rather than queue, repeat, or wait in timers that hold the process. */
const impatient = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
  sentinelRetryStrategy: () => null,
} satisfies RedisOptions

/** A client for commands; not connected yet. */
export function commandClient({ url, cluster, options }: RedisAddress): Client {
  const all = { ...hasty, ...options }
  if (cluster !== undefined) return clusterClient(cluster, all)
  return url === undefined ? new Redis({ ...all, ...impatient }) : new Redis(url, { ...all, ...impatient })
}

/**
 * A client for subscribing; not connected yet. In a cluster every server passes on what any of them is told.
 * @param attempt so many attempts have failed: each goes to another server of a cluster
 */
export function subscriberClient({ url, cluster, options }: RedisAddress, attempt: number): Redis {
  const all = { ...hasty, ...options, ...impatient, autoResubscribe: false }
  const node = cluster?.[attempt % cluster.length]
  if (node !== undefined) return new Redis({ ...all, ...node })
  return url === undefined ? new Redis(all) : new Redis(url, all)
}

function clusterClient(nodes: readonly NodeAddress[], options: ConnectionOptions): Cluster {
  const settings = {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: () => null,
    slotsRefreshInterval: 0,
    // Asked on a connection that holds the process.
    slotsRefreshTimeout: CONNECT_MS,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    redisOptions: { ...options, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 },
  } satisfies ClusterOptions
  return new Cluster([...nodes], settings)
}
