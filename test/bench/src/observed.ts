import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { startStack } from '@pitwall/collector-processor'
import { metricProducer } from '@pitwall/sdk'
import { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import { LruObserver } from '../../../sdk/dist/cache/observed/lru-observer.js'
import { observe, type Observer } from '../../../sdk/dist/cache/observed/observe.js'
import { RedisObserver } from '../../../sdk/dist/cache/observed/redis-observer.js'
import { type Benchmark, type BenchmarkResult, goal, median } from './benchmark.ts'

/** Keys of 30 characters, as agents have them. */
const KEYS = Array.from({ length: 1_024 }, (_, index) => `agent:tool:call:${String(index).padStart(14, '0')}`)
const READS = 100 * KEYS.length
/** Few enough to be followed one by one, whatever their speed. */
const FOLLOWED_READS = 40 * KEYS.length
const REDIS_READS = 2_000
const ROUNDS = 41
const WARM_UP_ROUNDS = 5

/** A multiplicative congruential generator (Park and Miller, 1988), so that every run reads in the same order. */
const order = Array.from(
  { length: READS },
  (
    (state) => () =>
      KEYS[(state = (state * 48_271) % 2_147_483_647) % KEYS.length] ?? ''
  )(1),
)

/** Who listens while the reads are made; returns what ends it. */
type Listening = () => () => void

const nobody: Listening = () => () => {}
/** What the library does for a listener, whatever that does itself. */
const idle: Listening = () => {
  const listener = (): void => {}
  const channels = ['lru-cache:metrics', 'tracing:ioredis:command:start', 'tracing:ioredis:command:asyncEnd']
  for (const channel of channels) subscribe(channel, listener)
  return () => channels.forEach((channel) => unsubscribe(channel, listener))
}
/** As in an agent that has run for a while: of requests that come fast, the keys of a part are followed. */
const observed: Listening = listenWith([new LruObserver(), new RedisObserver()])
/** As in an agent whose requests come below the limit, 20,000 a second: the key of each is followed. */
const followed: Listening = () => listenWith([new LruObserver(), new RedisObserver()])()

function listenWith(observers: readonly Observer[]): Listening {
  return () => {
    const stops = observers.map((observer) => observe(observer))
    return () => stops.forEach((stop) => stop())
  }
}

/** CPU time, nanoseconds a read: what neighbours on the machine do does not count. */
async function cpuTime(listening: Listening, reads: number, read: () => Promise<void> | void): Promise<number> {
  const stop = listening()
  const before = process.cpuUsage()
  await read()
  const { user, system } = process.cpuUsage(before)
  await metricProducer.collect()
  stop()
  return ((user + system) * 1_000) / reads
}

/** Interleaved rounds: CPU time with nobody listening, and the medians of the ratios to it. */
async function costs(reads: number, read: () => Promise<void> | void, listening: Listening = observed) {
  const rounds: { nobody: number; idle: number; observed: number }[] = []
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const bare = await cpuTime(nobody, reads, read)
    const both = { nobody: bare, idle: (await cpuTime(idle, reads, read)) / bare, observed: (await cpuTime(listening, reads, read)) / bare }
    if (round >= 0) rounds.push(both)
  }
  const middle = (of: 'nobody' | 'idle' | 'observed') => median(rounds.map((round) => round[of]))
  return { nanoseconds: middle('nobody'), idle: middle('idle'), observed: middle('observed') }
}

function hits(reads: number): () => void {
  const keys = order.slice(0, reads)
  const cache = new LRUCache<string, string>({ max: 4_096, ttl: 3_600_000 })
  for (const key of KEYS) cache.set(key, key)
  return () => {
    for (const key of keys) if (cache.get(key) === undefined) throw new Error('a miss')
  }
}

/** Three of four requests miss, and are set at once: the cheapest load there is. */
function misses(): () => void {
  const cache = new LRUCache<string, string>({ max: KEYS.length / 4 })
  return () => {
    for (const key of order) if (cache.get(key) === undefined) cache.set(key, key)
  }
}

export default {
  what: 'what it costs an agent that its own lru-cache and ioredis are observed, as multiples of the same reads unobserved',
  async run(progress): Promise<BenchmarkResult> {
    const stack = await startStack({ servers: ['redis'], onProgress: progress })
    const { redis: url } = stack.endpoints
    if (url === undefined) throw new Error(`A real Redis is needed. ${stack.missing.map(({ reason }) => reason).join(' ')}`)
    const redis = new Redis(url)
    try {
      for (const key of KEYS) await redis.set(key, key)
      const keys = order.slice(0, REDIS_READS)
      const cases = [
        { id: 'lru-hit', what: 'hit in lru-cache with a time to live', limit: 2.3, ...(await costs(READS, hits(READS))) },
        {
          id: 'lru-followed',
          what: 'the same, each key followed',
          limit: 14,
          ...(await costs(FOLLOWED_READS, hits(FOLLOWED_READS), followed)),
        },
        { id: 'lru-miss', what: 'lru-cache: get, and set where three of four miss', limit: 6.5, ...(await costs(READS, misses())) },
        {
          id: 'redis-one',
          what: 'GET through ioredis, one after the other',
          limit: 1.6,
          ...(await costs(REDIS_READS, async () => {
            for (const key of keys) await redis.get(key)
          })),
        },
        {
          id: 'redis-many',
          what: `GET through ioredis, ${REDIS_READS} at once`,
          limit: 2.4,
          ...(await costs(REDIS_READS, async () => void (await Promise.all(keys.map((key) => redis.get(key)))))),
        },
      ]
      return {
        goals: cases.map(({ id, what, limit, observed }) => goal({ id, what, unit: '×', figure: observed, limit, comparator: '<=' })),
        peers: cases.map(({ what, idle }) => ({ name: `a listener that does nothing: ${what}`, version: '', figure: idle })),
        notes: Object.fromEntries(
          cases.map(({ what, nanoseconds }) => [`nanoseconds of CPU unobserved: ${what}`, Math.round(nanoseconds)]),
        ),
      }
    } finally {
      redis.disconnect()
      await stack.stop()
    }
  },
} satisfies Benchmark
