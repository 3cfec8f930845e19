import { RunStatistics } from '../../../../sdk/dist/runs/run-statistics.js'
import type { RunSpan } from '../../../../sdk/dist/runs/run-span.js'
import { hashString } from '../../../../sdk/dist/sampling/hash.js'
import type { Service } from './service.ts'
import { SimulatedFunction } from './simulated-function.ts'
import { Traffic } from './traffic.ts'

/** One run in so many is looked at, and stands for the others. */
const LOOKED_AT = 3

/** One run that is being simulated: calls are made at its present moment. Durations in milliseconds. */
export interface SimulatedRun {
  /** Number of the run. */
  readonly index: number
  /** Another duration of that mean: lognormal. */
  about(meanMs: number): number
  /** A number from 0 to below 1. */
  chance(): number
  /** Makes a call and waits for it. Without a key, arguments are new to the function, and the run does not know them. */
  call(name: string, ms: number, how?: Partial<SimulatedCall>): void
  /** Makes calls at the same time, at most so many at once, and waits for all. */
  together(name: string, ms: readonly number[], limit?: number): void
  /** Runs two ways at once, and waits for both. */
  beside(one: () => void, other: () => void): void
  /** Does something of its own. */
  wait(ms: number): void
}

/** What is special about a call. */
interface SimulatedCall {
  readonly key: string
  readonly result: number
  readonly hasFailed: boolean
  readonly converses: boolean
}

/** The runs of a service: exports what the SDK would of them, and of the functions that they call. */
export class SimulatedRuns {
  /** Time that all runs took, milliseconds. */
  spentMs = 0
  readonly #service: Service
  readonly #statistics: RunStatistics
  readonly #functions = new Map<string, SimulatedFunction>()
  readonly #random: () => number
  readonly #traffic: Traffic
  readonly #make: (run: SimulatedRun) => void
  #runs = 0
  #keys = 0

  /** @param make makes the calls of one run; it has to draw the same numbers whatever was changed */
  constructor(service: Service, random: () => number, perSecond: number, make: (run: SimulatedRun) => void) {
    this.#service = service
    this.#random = random
    this.#make = make
    // Chance in what is hits must not change what comes next.
    this.#statistics = service.add(new RunStatistics(() => 0.5))
    this.#traffic = new Traffic(random, { perSecond: () => perSecond, key: () => '', meanMs: () => 1 })
  }

  play(until: number): void {
    for (const [time] of this.#traffic.until(until)) {
      this.#service.now = time
      this.#run()
    }
    this.#service.now = until
  }

  /** Puts a cache around a function, or gives it other limits. */
  functionOf(name: string): SimulatedFunction {
    let fn = this.#functions.get(name)
    if (fn === undefined) this.#functions.set(name, (fn = new SimulatedFunction(this.#service, name)))
    return fn
  }

  #run(): void {
    const children: RunSpan[] = []
    let now = 0
    const add = (name: string, start: number, ms: number, how: Partial<SimulatedCall> = {}): number => {
      const { key, result = 0, hasFailed = false, converses = false } = how
      const fn = this.functionOf(name)
      const before = fn.spentMs
      fn.call({ key: key ?? `${this.#keys++}`, ms, result })
      const end = start + (fn.spentMs - before) / 1_000
      const argumentsHash = key === undefined ? undefined : hashString(key)
      children.push({ id: '', parent: '', name, start, end, hasFailed, argumentsHash, writes: false, converses, children: [] })
      return end
    }
    this.#make({
      index: this.#runs++,
      about: (meanMs) => meanMs * lognormal(this.#random),
      chance: this.#random,
      call: (name, ms, how) => void (now = add(name, now, ms, how)),
      together: (name, ms, limit = Infinity) => {
        const ends: number[] = []
        for (const each of ms) {
          const start = ends.length < limit ? now : (ends.toSorted((a, b) => b - a)[limit - 1] ?? now)
          ends.push(add(name, start, each))
        }
        now = Math.max(now, ...ends)
      },
      beside: (one, other) => {
        const start = now
        one()
        const end = now
        now = start
        other()
        now = Math.max(now, end)
      },
      wait: (ms) => void (now += ms / 1_000),
    })
    this.spentMs += now * 1_000
    this.#statistics.ended(now)
    if (this.#runs % LOOKED_AT !== 0) return
    children.sort((a, b) => a.start - b.start || a.end - b.end)
    const root = { id: '', parent: undefined, name: 'run', start: 0, end: now, hasFailed: false, argumentsHash: undefined }
    for (const _ of this.#statistics.look({ ...root, writes: false, converses: false, children }, LOOKED_AT));
  }
}

/** A lognormal number of mean 1, by Box and Muller. */
function lognormal(random: () => number, spread: number = 0.4): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Math.exp(spread * normal - spread ** 2 / 2)
}
