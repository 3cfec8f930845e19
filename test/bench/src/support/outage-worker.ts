import { setTimeout as delay } from 'node:timers/promises'
import { now } from './machine-clock.ts'
import { type Setup, type SharedCache, sharedCaches } from './shared-caches.ts'
import { serve } from './worker.ts'

/** One call of an agent. Times in milliseconds of the machine's clock. */
export interface Call {
  readonly at: number
  /** How long it took; undefined when there was no answer until the end. */
  readonly ms: number | undefined
  readonly failed: boolean
}

const KEYS = 40
const EVERY_MS = 10
/** How long a call is waited for when the load is over. */
const PATIENCE_MS = 10_000

let cache: SharedCache | undefined
let calling: NodeJS.Timeout | undefined
let probing: NodeJS.Timeout | undefined
const calls: { at: number; ms: number | undefined; failed: boolean }[] = []
const running = new Set<Promise<void>>()
// Park and Miller, 1988: the same keys in every run.
let state = 1

async function call(): Promise<void> {
  state = (state * 48_271) % 2_147_483_647
  const one: (typeof calls)[number] = { at: now(), ms: undefined, failed: false }
  calls.push(one)
  try {
    one.failed = (await cache?.get(`key ${state % KEYS}`)) === undefined
  } catch {
    one.failed = true
  }
  one.ms = now() - one.at
}

const service = {
  open(setup: Setup, url: string): void {
    const load = async (key: string): Promise<string> => {
      await delay(20)
      return `value of ${key}`
    }
    cache = sharedCaches[setup]({ url, ttlMs: 1_000, load })
  },
  /** Begins to make 100 calls a second. */
  begin(): void {
    calling = setInterval(() => {
      const one = call().finally(() => running.delete(one))
      running.add(one)
    }, EVERY_MS)
  },
  /** Begins to store the time, for other processes to see. */
  probe(): void {
    probing = setInterval(() => void cache?.set?.('probe', String(now())), 20)
  },
  /** Ends the load, waits for answers, and tells of all calls. */
  async end(): Promise<readonly Call[]> {
    clearInterval(calling)
    clearInterval(probing)
    await Promise.race([Promise.all(running), delay(PATIENCE_MS)])
    return calls
  },
}

/** One agent under load. */
export type OutageService = typeof service

// Some libraries print every failed attempt to connect, and one that lets such an error go uncaught fails its calls, not the benchmark.
console.error = () => {}
process.on('uncaughtException', () => {})
serve(service)
