import { cache, cacheCosts } from '@pitwall/sdk/contract'
import { LOCAL_HIT, MISS } from '../../../../sdk/dist/cache/events.js'
import { Statistics } from '../../../../sdk/dist/cache/statistics.js'
import { hashString } from '../../../../sdk/dist/sampling/hash.js'
import { ReuseTracker } from '../../../../sdk/dist/sampling/reuse-tracker.js'
import type { Service } from './service.ts'
import type { Life } from './world.ts'

/** A cache whose keys are partly asked for in batches, in front of a source that does so many things at once. */
export interface ExpiringCacheOptions {
  readonly name: string
  readonly ttlSeconds: number
  /** Keys of a batch, all of which are asked for at once, and the seconds from one batch to the next. */
  readonly batch: number
  readonly batchSeconds: number
  /** Keys that are asked for one by one, and how many of them a second. */
  readonly others: number
  readonly othersPerSecond: number
  /** What a load takes, milliseconds, and how many the source does at once. */
  readonly loadMs: number
  readonly atOnce: number
}

/** Which entries of the cache expire together, and what loading them together takes. */
export function expiringCache(service: Service, random: () => number, options: ExpiringCacheOptions): Life {
  const { name, ttlSeconds, batch, batchSeconds, others, othersPerSecond, atOnce } = options
  const statistics = service.add(new Statistics(name, 'memory', { local: 'memory', shared: undefined }))
  const tracker = service.add(new ReuseTracker({ subject: name, kind: 'cache', clock: service.clock }))
  const labels = { 'pitwall.cache.name': name, 'pitwall.cache.backend': 'memory' } as const
  const expiries = new Map<string, number>()
  /** When each of the places at the source is free again. */
  const free = Array.from({ length: atOnce }, () => 0)
  let [spentMs, jitter, slowdown] = [0, 0, 1]
  let [nextBatch, nextOther] = [0, 0]
  service.add({
    collect(sink) {
      sink.number(cache.ttl, labels, ttlSeconds)
      sink.number(cacheCosts.jitter, { 'pitwall.cache.name': name }, jitter)
    },
  })

  function load(key: string, ms: number, life: number, now: number): void {
    const place = free.indexOf(Math.min(...free))
    const end = Math.max(now, free[place] ?? 0) + ms * slowdown
    free[place] = end
    expiries.set(key, end + ttlSeconds * 1_000 * (1 - jitter * life))
    spentMs += end - now
    statistics.on({ type: 'loaded', durationMs: end - now })
    statistics.on({ type: 'stored', key, hash: hashString(key), value: key, at: end, ttlMs: ttlSeconds * 1_000, loadMs: end - now })
  }

  function ask(key: string, now: number): void {
    service.now = now
    const hash = hashString(key)
    if (tracker.wants(hash)) tracker.record(hash)
    else tracker.skip()
    // The same numbers are drawn whatever comes of a request.
    const [ms, life] = [options.loadMs * (0.5 + random()), random()]
    const isHit = (expiries.get(key) ?? 0) > now
    statistics.on(isHit ? LOCAL_HIT : MISS)
    if (!isHit) load(key, ms, life, now)
  }

  return {
    play(until) {
      while (Math.min(nextBatch, nextOther) < until) {
        if (nextBatch <= nextOther) {
          for (let key = 0; key < batch; key++) ask(`of the batch ${key}`, nextBatch)
          nextBatch += batchSeconds * 1_000
        } else {
          ask(`other ${Math.floor(random() * others)}`, nextOther)
          nextOther -= (Math.log(1 - random()) * 1_000) / othersPerSecond
        }
      }
      service.now = until
    },
    apply: (change) => void (jitter = Number(change['jitter'] ?? 0)),
    // Wrongly: the source becomes slower at the same time.
    applyWrongly() {
      jitter = 0.2
      slowdown = 15
    },
    spent: () => spentMs,
  }
}
