import { setTimeout as delay } from 'node:timers/promises'
import { atMost, type Benchmark, median } from './benchmark.ts'
import { type InvalidateService, openCache } from './support/invalidate-worker.ts'
import { now } from './support/machine-clock.ts'
import { RedisServer } from './support/redis-server.ts'
import { Worker } from './support/worker.ts'

/** The median of these is the figure: when neighbours on the machine take the processor, all changes of a while are late. */
const PARTS = 5
const BATCHES = 25
const KEYS = Array.from({ length: 20 }, (_, index) => `key ${index}`)
/** Pause between two changes: a process that changes entries does other work as well. */
const PAUSE_MS = 2

const DISCONNECTS = 300

type Reader = Worker<InvalidateService>
type Writer = ReturnType<typeof openCache>

/** Milliseconds from the call that changes an entry here to the first request that the other process does not serve the old value for. */
async function latencies({ ask, source }: Writer, reader: Reader): Promise<readonly number[]> {
  const found: number[] = []
  for (let batch = 0; batch < BATCHES; batch++) {
    for (const key of KEYS) await source.set(`source of ${key}`, `${batch}`)
    await ask.clear()
    await reader.ask('warm', KEYS)
    const changes = reader.ask('changes', KEYS)
    const changedAt: number[] = []
    for (const [index, key] of KEYS.entries()) {
      await source.set(`source of ${key}`, `${batch}, changed`)
      changedAt.push(now())
      // Half are invalidated, half are set to another value.
      if (index % 2 === 0) await ask.invalidate(key)
      else await ask.set([key], `${batch}, by hand`)
      await delay(PAUSE_MS)
    }
    const seenAt = await changes
    found.push(...seenAt.map((at, index) => at - (changedAt[index] ?? Number.NaN)))
  }
  return found
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN
}

/** Old values that the other process serves after an invalidation whose message it cannot have got, because Redis has just dropped its subscription. */
async function staleReads({ ask, source }: Writer, reader: Reader): Promise<number> {
  let stale = 0
  const [key] = KEYS
  if (key === undefined) return Number.NaN
  for (let round = 0; round < DISCONNECTS; round++) {
    await reader.ask('warm', [key])
    const disconnect = (): Promise<unknown> => source.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await source.set(`source of ${key}`, `round ${round}`)
    // Before the invalidation, or at the same moment.
    const disconnected = disconnect()
    if (round % 2 === 0) await disconnected
    await ask.invalidate(key)
    if ((await reader.ask('read', key)) !== `round ${round}`) stale += 1
    await disconnected
  }
  return stale
}

export default {
  what: 'How soon a change in one process reaches the memory of another, and old values read there when the connection that tells of it is cut.',
  async run(progress) {
    const redis = await RedisServer.start()
    const reader: Reader = new Worker<InvalidateService>('invalidate-worker')
    const writer = openCache(redis.url)
    try {
      await reader.ask('open', redis.url)
      const parts: (readonly number[])[] = []
      for (let part = 0; part < PARTS; part++) {
        const found = await latencies(writer, reader)
        parts.push(found)
        progress(`${found.length} changes: median ${median(found).toFixed(2)}, p99 ${quantile(found, 0.99).toFixed(2)} ms`)
      }
      const all = parts.flat()
      const stale = await staleReads(writer, reader)
      progress(`${stale} old values after ${DISCONNECTS} disconnects`)
      return {
        goals: [
          atMost(5, 'ms', {
            id: 'p99',
            what: `from a change until another process does not serve the old value, p99 of ${BATCHES * KEYS.length}, median of ${PARTS}`,
            figure: median(parts.map((part) => quantile(part, 0.99))),
          }),
          atMost(0, 'reads', {
            id: 'stale-after-disconnect',
            what: 'old values read after an invalidation that found the connection cut',
            figure: stale,
          }),
        ],
        peers: [],
        notes: {
          redis: redis.version,
          changes: all.length,
          'median, ms': median(all),
          'p99 of all, ms': quantile(all, 0.99),
          'worst, ms': quantile(all, 1),
          'connections cut': DISCONNECTS,
        },
      }
    } finally {
      await reader.kill()
      await writer.ask.cache.close()
      writer.source.disconnect()
      await redis.stop()
    }
  },
} satisfies Benchmark
