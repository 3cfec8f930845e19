/** What is asked of one function of the demo's agents, how often, and what it costs. All numbers are per agent. */
export interface FunctionLoad {
  /** Mean calls a second: Poisson arrivals, unless `periodic`. */
  readonly callsPerSecond: number
  /** Called at a fixed interval, like a scheduled job. */
  readonly periodic?: true
  /** Called in the first so many agents only; in all of them by default. */
  readonly agents?: number
  /** Distinct arguments; `Infinity` for arguments that never come twice. */
  readonly keys: number
  /** How unequally popular they are; 0 is uniform. */
  readonly zipfExponent: number
  /** Milliseconds that a call waits, or computes where `blocks`. */
  readonly costMs: number
  readonly blocks?: true
  /** The cache that stands in front of it when the demo starts. */
  readonly cache?: { readonly maxEntries: number; readonly ttlMs: number }
  /** The rule that has to find it; without one it must get no advice. */
  readonly planted?: 'uncached-repetition' | 'undersized-cache' | 'short-ttl' | 'blocked-event-loop'
}

/**
 * The demo's workload, by function. Where the numbers come from:
 * - Poisson arrivals: what independent sessions add up to (Paxson & Floyd, "Wide-area traffic: the failure of Poisson
 *   modeling", 1995, find it right for the arrivals of sessions).
 * - Zipf exponents 0.6 to 0.8: Breslau et al., "Web caching and Zipf-like distributions", 1999, find 0.64 to 0.83.
 * - Repetition: half of the tool calls of recorded agents are repeats (tau-bench airline, 1,164 calls: 51 %).
 * - Costs and rates are assumptions: of the order of a hosted model's or an API's answer, and at least 50 ms, so that the
 *   timers of a busy machine do not matter; sets of keys are small, so that a cache is warm within two seconds.
 */
export const workload = {
  /** Slow, asked the same things again and again, and no cache. */
  embedQuery: { callsPerSecond: 24, keys: 20, zipfExponent: 0.8, costMs: 90, planted: 'uncached-repetition' },
  /** A cache of 10 entries for 40 policies that are all in use. */
  lookupPolicy: {
    callsPerSecond: 24,
    keys: 40,
    zipfExponent: 0.6,
    costMs: 60,
    cache: { maxEntries: 10, ttlMs: 600_000 },
    planted: 'undersized-cache',
  },
  /** Each of 10 pairs is asked for about once a second, and forgotten after a quarter of one. */
  exchangeRate: {
    callsPerSecond: 12,
    keys: 10,
    zipfExponent: 0,
    costMs: 70,
    cache: { maxEntries: 100, ttlMs: 250 },
    planted: 'short-ttl',
  },
  /** Computes on the main thread while everyone else waits. */
  rankItineraries: {
    callsPerSecond: 2,
    periodic: true,
    agents: 1,
    keys: Infinity,
    zipfExponent: 0,
    costMs: 80,
    blocks: true,
    planted: 'blocked-event-loop',
  },
  /** Red herring: slow, but never asked the same thing twice. */
  summarizeConversation: { callsPerSecond: 6, keys: Infinity, zipfExponent: 0, costMs: 120 },
  /** Red herring: hot and repetitive, but so cheap that a cache would gain nothing. */
  normalizeCity: { callsPerSecond: 60, keys: 20, zipfExponent: 0.8, costMs: 0 },
  /** Red herring: the same arguments again and again, but every call books another seat. */
  bookSeat: { callsPerSecond: 5, keys: 6, zipfExponent: 0.6, costMs: 80 },
  /** Healthy: a cache with room and time enough, shared through Redis where there is one. */
  hotelDetails: { callsPerSecond: 12, keys: 30, zipfExponent: 0.8, costMs: 50, cache: { maxEntries: 200, ttlMs: 600_000 } },
} as const satisfies Readonly<Record<string, FunctionLoad>>
