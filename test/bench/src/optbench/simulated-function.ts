import { runtime } from '@pitwall/sdk/contract'
import { CallStatistics } from '../../../../sdk/dist/sampling/call-statistics.js'
import { hashString } from '../../../../sdk/dist/sampling/hash.js'
import { ReuseTracker } from '../../../../sdk/dist/sampling/reuse-tracker.js'
import { type Limits, SimulatedCache } from './simulated-cache.ts'
import type { Service } from './service.ts'

/** Keys of which the last result is remembered, to tell whether a repeated call returned the same. */
const CHECKED = 512
/** What a hit costs, milliseconds. */
const HIT_MS = 0.002
/** Longer work that never waits is counted as blocking the event loop, milliseconds. */
const BLOCK_MS = 50

/** One call: what it is asked, how long the work takes, and what comes of it. */
export interface Call {
  readonly key: string
  readonly ms: number
  readonly result: number
}

/** A profiled function of a simulated agent, with or without a cache around it: it exports what the SDK would. */
export class SimulatedFunction {
  /** Time that was spent on it, milliseconds, and time in which it held the event loop for too long. */
  spentMs = 0
  blockedMs = 0
  readonly #name: string
  readonly #service: Service
  readonly #results = new Map<string, number>()
  readonly #holdsLoop: boolean
  #offloaded = 0
  #limits: Limits | undefined
  #statistics: CallStatistics
  #tracker: ReuseTracker
  #cache: SimulatedCache | undefined
  #blockedBefore = 0

  /** @param holdsLoop whether its work computes, which holds the event loop, or waits */
  constructor(service: Service, name: string, holdsLoop: boolean = false) {
    this.#service = service
    this.#name = name
    this.#holdsLoop = holdsLoop
    const { clock } = service
    this.#statistics = new CallStatistics(name, false, clock)
    this.#tracker = new ReuseTracker({ subject: name, kind: 'function', clock })
    this.#export()
  }

  /** The process has started anew: caches are empty, and counts begin at zero. */
  restart(): void {
    const { clock } = this.#service
    this.#statistics = new CallStatistics(this.#name, false, clock)
    this.#tracker = new ReuseTracker({ subject: this.#name, kind: 'function', clock })
    this.#blockedBefore = this.blockedMs
    this.#cache = undefined
    this.#export()
    if (this.#limits !== undefined) this.cache(this.#limits)
  }

  /** Puts a cache around it, or changes limits of the one that it has. */
  cache(changed: Partial<Limits>): void {
    const limits = { maxEntries: 1_000, ttlSeconds: Infinity, ...this.#limits, ...changed }
    this.#limits = limits
    if (this.#cache === undefined) this.#cache = this.#service.add(new SimulatedCache(this.#name, limits, this.#service.clock))
    else this.#cache.limits = limits
  }

  /** Makes the advised change so that it is seen and hardly helps: a cache without room, or limits that are hardly larger. */
  cacheWrongly(): void {
    const limits = this.#limits
    this.cache(
      limits === undefined ? { maxEntries: 1, ttlSeconds: 1 } : { maxEntries: limits.maxEntries + 1, ttlSeconds: limits.ttlSeconds + 1 },
    )
  }

  /** Moves its work off the event loop; or a share of it alone, by arguments. */
  offload(share: number = 1): void {
    this.#offloaded = share
  }

  call(call: Call): void {
    if (this.#cache !== undefined) this.spentMs += this.#cache.request(call) ? HIT_MS : call.ms + HIT_MS
    else this.#work(call)
  }

  #work({ key, ms, result }: Call): void {
    const hash = hashString(key)
    if (this.#tracker.wants(hash)) this.#tracker.record(hash)
    else this.#tracker.skip()
    const known = this.#results.get(key)
    if (known !== undefined) this.#tracker.check(known === result)
    this.#results.set(key, result)
    const oldest = this.#results.size > CHECKED ? this.#results.keys().next().value : undefined
    if (oldest !== undefined) this.#results.delete(oldest)
    if (this.#holdsLoop && hash >= this.#offloaded * 2 ** 32) {
      this.#statistics.held(ms, this.#service.now)
      if (ms >= BLOCK_MS) this.blockedMs += ms
    } else this.#statistics.settled(this.#service.now, undefined, ms)
    this.spentMs += ms
  }

  #export(): void {
    this.#service.add(this.#statistics)
    this.#service.add(this.#tracker)
    this.#service.add({
      collect: (sink) => {
        const milliseconds = this.blockedMs - this.#blockedBefore
        const attributes = { 'pitwall.cause': 'code', 'code.function.name': this.#name } as const
        if (milliseconds > 0) sink.number(runtime.blockedTime, attributes, milliseconds / 1_000)
      },
    })
  }
}
