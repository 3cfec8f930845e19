import { setImmediate as turn } from 'node:timers/promises'
import { diag, DiagLogLevel } from '@opentelemetry/api'
import { createCache, metricProducer, profiled, type SyncCache } from '@pitwall/sdk'
import { leak } from '@pitwall/sdk/contract'
import { leakProfiler } from '@pitwall/sdk/profilers/leaks'
import { randomNumbers, zipf } from './generator.ts'
import { type LeakScenario, leakScenarios, type LeakWorld } from './leak-scenarios.ts'
import { serve } from './worker.ts'

/** Small objects that stay, as the heap of a service has them. */
const BASE_BYTES = 8 * 2 ** 20
/** An object of two fields and a list of 58 numbers, as it was measured. */
const PIECE_BYTES = 576
const numbers: readonly number[] = Array.from({ length: 58 }, (_, index) => index)
const collectGarbage: () => void = globalThis.gc ?? (() => {})

function pieces(bytes: number): object[] {
  return Array.from({ length: Math.round(bytes / PIECE_BYTES) }, (_, index) => ({ index, numbers: numbers.slice() }))
}

/** What one run found. */
export interface LeakRun {
  readonly warnings: readonly string[]
  /** Hours until the series was there; undefined where it never was. */
  readonly foundAfterHours: number | undefined
  /** By the series at the end, bytes an hour; undefined where it is not there. */
  readonly bytesPerHour: number | undefined
  readonly truthPerHour: number
  readonly baseBytes: number
  /** Heap after each collection, for the tests that other tools have. */
  readonly afterGc: readonly number[]
  readonly collections: number
}

class World implements LeakWorld {
  readonly hours: number
  readonly baseBytes: number
  readonly random: () => number
  readonly #kept: unknown[] = []
  #untilDrop: unknown[] = []
  readonly #untilEnd: unknown[] = []
  #owed = 0
  readonly #settle: (() => void)[] = []
  readonly #running: Promise<unknown>[] = []
  readonly #call = profiled(
    async (bytes: number) => {
      const own = pieces(bytes)
      await new Promise<void>((resolve) => this.#settle.push(resolve))
      return own.length
    },
    { name: 'answer' },
  )
  readonly #caches = new Map<string, SyncCache<object>>()
  readonly #foreign = new Map<number, object>()
  #popular: (() => number) | undefined

  constructor({ stepSeconds }: LeakScenario, seed: number, baseBytes: number) {
    this.hours = stepSeconds / 3_600
    this.baseBytes = baseBytes
    this.random = randomNumbers(seed)
  }

  calls(count: number, bytesEach: number): void {
    for (let index = 0; index < count; index++) this.#running.push(this.#call(bytesEach * (0.5 + this.random())))
  }

  use(bytes: number): void {
    this.#untilEnd.push(pieces(bytes))
  }

  leak(bytes: number): void {
    // What is less than a piece is owed to the next step.
    this.#owed += bytes
    const made = pieces(this.#owed)
    this.#owed -= made.length * PIECE_BYTES
    this.#kept.push(made)
  }

  leakBuffers(bytes: number): void {
    this.#kept.push(Buffer.alloc(Math.round(bytes)))
  }

  keep(bytes: number): void {
    this.#untilDrop.push(pieces(bytes))
  }

  drop(): void {
    this.#untilDrop = []
  }

  cache(requests: number, keys: number, limit: number, by: 'bytes' | 'entries'): void {
    const bounds = by === 'bytes' ? { maxBytes: limit * 1_024, maxEntries: 10 * limit } : { maxEntries: limit }
    const cache = this.#caches.get(by) ?? createCache<object>({ name: `by ${by}`, ...bounds })
    this.#caches.set(by, cache)
    this.#popular ??= zipf(keys, 0.9, this.random)
    for (let index = 0; index < requests; index++) {
      const key = `document ${this.#popular()}`
      cache.getOrSet({ key, load: () => pieces(1_152) })
    }
  }

  foreignCache(requests: number, keys: number, limit: number): void {
    this.#popular ??= zipf(keys, 0.9, this.random)
    for (let index = 0; index < requests; index++) {
      const key = this.#popular()
      const value = this.#foreign.get(key) ?? pieces(1_152)
      this.#foreign.delete(key)
      this.#foreign.set(key, value)
      const [oldest] = this.#foreign.keys()
      if (this.#foreign.size > limit && oldest !== undefined) this.#foreign.delete(oldest)
    }
  }

  /** Answers all calls. */
  async endStep(): Promise<void> {
    for (const settle of this.#settle.splice(0)) settle()
    await Promise.all(this.#running.splice(0))
    this.#untilEnd.length = 0
  }
}

async function growth(): Promise<number | undefined> {
  const { resourceMetrics } = await metricProducer.collect()
  const metric = resourceMetrics.scopeMetrics[0]?.metrics.find(({ descriptor }) => descriptor.name === leak.growth.name)
  const value = metric?.dataPoints[0]?.value
  return typeof value === 'number' ? value : undefined
}

const service = {
  /** Lives through a scenario as quickly as it can, with the profiler on a clock of its own. */
  async live(name: string, seed: number): Promise<LeakRun> {
    const scenario = leakScenarios.find((one) => one.name === name)
    if (scenario === undefined) throw new Error(`there is no scenario '${name}'.`)
    const warnings: string[] = []
    const ignore = () => {}
    const warn = (line: string) => void warnings.push(line)
    diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, { logLevel: DiagLogLevel.WARN })
    const base = pieces(BASE_BYTES)
    collectGarbage()
    const baseBytes = process.memoryUsage().heapUsed
    const world = new World(scenario, seed, baseBytes)
    let hour = 0
    const stop = leakProfiler({ clock: { now: () => hour * 3_600_000 } }).start()
    const afterGc: number[] = []
    let foundAfterHours: number | undefined
    while (hour < scenario.hours) {
      hour += world.hours
      scenario.step(world, hour)
      await turn()
      collectGarbage()
      afterGc.push(process.memoryUsage().heapUsed)
      // Node hands over the entries of a collection in a turn of its own, and then calls the observer.
      await turn()
      await turn()
      await turn()
      await world.endStep()
      if (foundAfterHours === undefined && (await growth()) !== undefined) foundAfterHours = hour
    }
    const bytesPerHour = await growth()
    stop()
    const truthPerHour = scenario.leakPerHour * baseBytes
    return {
      warnings,
      foundAfterHours,
      bytesPerHour,
      truthPerHour,
      baseBytes,
      afterGc,
      collections: base.length === 0 ? 0 : afterGc.length,
    }
  },
}

export type LeakService = typeof service
serve(service)
