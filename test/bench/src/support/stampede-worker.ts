import { setTimeout as delay } from 'node:timers/promises'
import { now } from './machine-clock.ts'
import { type Setup, type SharedCache, sharedCaches } from './shared-caches.ts'
import { serve } from './worker.ts'

/** What callers of one process saw. Times in milliseconds of the machine's clock. */
export interface Stampede {
  readonly loads: number
  /** When the loader ended that ended last; 0 when none ran here. */
  readonly loadedAt: number
  readonly answeredAt: number
  readonly errors: number
}

let cache: SharedCache | undefined
let loads = 0
let loadedAt = 0
let loading = Promise.withResolvers<void>()

const service = {
  /** Opens the cache, and has it connect by asking for a key of this process. */
  async open(setup: Setup, url: string, loadMs: number): Promise<void> {
    const load = async (key: string): Promise<string> => {
      loads += 1
      loading.resolve()
      await delay(loadMs)
      loadedAt = now()
      return `value of ${key}`
    }
    cache = sharedCaches[setup]({ url, ttlMs: 3_600_000, load })
    for (let call = 0; call < 3; call++) await cache.get(`warm up ${process.pid} ${call}`)
  },
  /** Asks for one key at one moment, many times. */
  async stampede(key: string, callers: number, at: number): Promise<Stampede> {
    loads = 0
    loadedAt = 0
    loading = Promise.withResolvers()
    await delay(at - now())
    const answers = await Promise.allSettled(Array.from({ length: callers }, () => cache?.get(key)))
    const answeredAt = now()
    const errors = answers.filter((answer) => answer.status === 'rejected' || answer.value !== `value of ${key}`).length
    return { loads, loadedAt, answeredAt, errors }
  },
  /** Resolves when the loader has begun. */
  whenLoading: () => loading.promise,
}

/** One process of a stampede. */
export type StampedeService = typeof service

serve(service)
