import { cache } from '@pitwall/sdk/contract'
import { LOCAL_HIT, MISS } from '../../../../sdk/dist/cache/events.js'
import { Statistics } from '../../../../sdk/dist/cache/statistics.js'
import { hashString } from '../../../../sdk/dist/sampling/hash.js'
import { ReuseTracker } from '../../../../sdk/dist/sampling/reuse-tracker.js'
import { normalizedKey } from '../../../../sdk/dist/sampling/spellings.js'
import type { Service } from './service.ts'
import { Traffic, type TrafficOptions } from './traffic.ts'
import type { Life } from './world.ts'

/** A cache in memory without a bound, whose keys people write in one way and another. */
export function spelledCache(service: Service, name: string, ttlSeconds: number, random: () => number, options: TrafficOptions): Life {
  const labels = { 'pitwall.cache.name': name, 'pitwall.cache.backend': 'memory' } as const
  const begin = () => {
    service.add({ collect: (sink) => sink.number(cache.ttl, labels, ttlSeconds) })
    return {
      statistics: service.add(new Statistics(name, 'memory', { local: 'memory', shared: undefined })),
      tracker: service.add(new ReuseTracker({ subject: name, kind: 'cache', clock: service.clock })),
    }
  }
  let { statistics, tracker } = begin()
  const expiries = new Map<string, number>()
  const traffic = new Traffic(random, options)
  let [spentMs, isNormalized, requests, session] = [0, false, 0, '']
  // The change comes with a deploy: the new process knows nothing of what the old one was asked.
  const normalize = (): void => {
    isNormalized = true
    expiries.clear()
    service.restart()
    ;({ statistics, tracker } = begin())
  }
  return {
    play(until) {
      for (const [at, call] of traffic.until(until)) {
        service.now = at
        if (session !== '') session = `of session ${++requests}`
        const key = isNormalized ? `${normalizedKey(call.key)}${session}` : call.key
        const hash = hashString(key)
        if (tracker.wants(hash)) tracker.record(hash)
        else tracker.skip()
        const isHit = (expiries.get(key) ?? 0) > at
        statistics.on(isHit ? LOCAL_HIT : MISS)
        if (isHit) continue
        const { ms } = call
        spentMs += ms
        expiries.set(key, at + ttlSeconds * 1_000)
        statistics.on({ type: 'loaded', durationMs: ms })
        statistics.on({ type: 'stored', key, hash, value: call.result, at, ttlMs: ttlSeconds * 1_000, loadMs: ms })
      }
      service.now = until
    },
    apply: normalize,
    // Wrongly: the key function puts in a number that is new for every request.
    applyWrongly() {
      normalize()
      session = 'none yet'
    },
    spent: () => spentMs,
  }
}

/** A text as people write it: by chance in other case, and with white space. */
export function writtenSomehow(text: string, random: () => number): string {
  const letters = Array.from(text, (letter) => (random() < 0.3 ? letter.toUpperCase() : letter)).join('')
  return `${' '.repeat(Math.floor(3 * random()))}${letters}${' '.repeat(Math.floor(2 * random()))}`
}
