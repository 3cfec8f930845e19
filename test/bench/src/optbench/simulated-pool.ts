import { pools } from '@pitwall/sdk/contract'
import { BucketCounts } from '../../../../sdk/dist/sampling/bucket-counts.js'
import type { MetricSource } from '../../../../sdk/dist/telemetry/source.js'
import { Traffic } from './traffic.ts'
import type { Service } from './service.ts'
import type { Life } from './world.ts'

const NAME = 'orders'

/** A pool of connections of a simulated agent: it exports what the instrumentation of a database client would. */
export class SimulatedPool implements MetricSource {
  /** Milliseconds that requests waited for a connection. */
  waitedMs = 0
  /** When each connection is given back. */
  readonly #busyUntil: number[]
  readonly #waits = new BucketCounts(pools.waitTime.buckets)
  readonly #uses = new BucketCounts(pools.useTime.buckets)

  constructor(size: number) {
    this.#busyUntil = Array.from({ length: size }, () => 0)
  }

  /** Opens more connections. */
  grow(size: number): void {
    while (this.#busyUntil.length < size) this.#busyUntil.push(0)
  }

  /**
   * One request, in the order in which they come.
   * @param millisecondsAt how long the database takes while so many connections are in use, this one among them
   */
  request(now: number, millisecondsAt: (inUse: number) => number): void {
    const first = this.#busyUntil.reduce((best, until, index, all) => (until < (all[best] ?? 0) ? index : best), 0)
    const start = Math.max(now, this.#busyUntil[first] ?? 0)
    const inUse = 1 + this.#busyUntil.filter((until) => until > start).length
    const milliseconds = millisecondsAt(inUse)
    this.#busyUntil[first] = start + milliseconds
    this.waitedMs += start - now
    this.#waits.record((start - now) / 1_000)
    this.#uses.record(milliseconds / 1_000)
  }

  collect(sink: Parameters<MetricSource['collect']>[0]): void {
    const name = { 'db.client.connection.pool.name': NAME } as const
    sink.number(pools.max, name, this.#busyUntil.length)
    sink.histogram(pools.waitTime, name, this.#waits)
    sink.histogram(pools.useTime, name, this.#uses)
  }
}

/** What is asked of a pool, and what the database makes of it. */
export interface PoolLoad {
  readonly size: number
  readonly meanMs: number
  /** Connections in use on average, at a time. */
  readonly inUse: (now: number) => number
  /** By what a query takes longer while so many connections are in use. Default: by nothing. */
  readonly slowdown?: (inUse: number) => number
}

/** A world of one pool; service times are exponential. */
export function onePool(service: Service, random: () => number, { size, meanMs, inUse, slowdown = () => 1 }: PoolLoad): Life {
  const pool = service.add(new SimulatedPool(size))
  const perSecond = (now: number) => (inUse(now) / meanMs) * 1_000
  const traffic = new Traffic(random, { perSecond, key: () => '', meanMs: () => meanMs, spread: 0 })
  return {
    play(until) {
      for (const [time, { ms }] of traffic.until(until)) {
        const drawn = -Math.log(1 - random()) * ms
        pool.request(time, (connections) => drawn * slowdown(connections))
      }
      service.now = until
    },
    apply: ({ maxConnections }) => pool.grow(Number(maxConnections)),
    spent: () => pool.waitedMs,
  }
}
