import type { Service } from './service.ts'
import type { SimulatedCache } from './simulated-cache.ts'
import { Traffic, type TrafficOptions } from './traffic.ts'

/** The calls of a cache, one after the other. */
export interface CacheCalls {
  play(until: number): void
  /** Entries that it held, times the milliseconds for which it held them. */
  readonly heldMs: number
}

/** Lets calls come to a cache. */
export function callsOf(service: Service, cache: SimulatedCache, random: () => number, options: TrafficOptions): CacheCalls {
  const traffic = new Traffic(random, options)
  let heldMs = 0
  const goOn = (time: number): void => {
    heldMs += cache.size * (time - service.now)
    service.now = time
  }
  return {
    play(until) {
      for (const [time, call] of traffic.until(until)) {
        goOn(time)
        cache.request(call)
      }
      goOn(until)
    },
    get heldMs() {
      return heldMs
    },
  }
}
