import { SimulatedFunction } from './simulated-function.ts'
import type { Service } from './service.ts'
import { Traffic, type TrafficOptions } from './traffic.ts'
import type { Change, Life } from './world.ts'

/** A world of one function: its calls, and what a change does to it. */
export function oneFunction(service: Service, fn: SimulatedFunction, random: () => number, options: TrafficOptions): Life {
  const traffic = new Traffic(random, options)
  return {
    play(until) {
      for (const [time, call] of traffic.until(until)) {
        service.now = time
        fn.call(call)
      }
      service.now = until
    },
    apply: (change) => cached(fn, change),
    applyWrongly: () => fn.cacheWrongly(),
    spent: () => fn.spentMs,
  }
}

/** Gives a function the cache, or its cache the limits, that are advised. */
export function cached(fn: SimulatedFunction, { maxEntries, ttlSeconds }: Change): void {
  fn.cache({
    ...(maxEntries !== undefined && { maxEntries: Number(maxEntries) }),
    ...(ttlSeconds !== undefined && { ttlSeconds: Number(ttlSeconds) }),
  })
}
