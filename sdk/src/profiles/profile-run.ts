import { promisify } from 'node:util'
import { gzip, gzipSync } from 'node:zlib'
import { overhead } from '../sampling/overhead.ts'
import type { Recording } from './cpu-sampler.ts'
import { type CpuWindow, isIdle, selfSamples, stackOf } from './cpu-window.ts'
import { foldedStacks } from './folded.ts'
import { type FunctionPlace, placeKey, Places } from './places.ts'
import { pprof } from './pprof.ts'
import { beginRecording, endRecording, learnBodies } from './recordings.ts'
import { scriptsOf } from './self-times.ts'
import { sourceMaps } from './source-maps.ts'

/** What the main thread did for a while. Times are estimates from samples, 99 a second. */
export interface CpuProfile {
  /** When it began, milliseconds since 1970. */
  readonly startedAt: number
  readonly durationMs: number
  /** Milliseconds in which the thread had something to do. */
  readonly cpuMs: number
  /** The functions that were seen, the costliest by themselves first. */
  readonly functions: readonly FunctionTime[]
  /** Folded stacks, `caller;callee COUNT`, for flame graphs and speedscope. */
  readonly folded: string
  /** The profile as pprof, compressed by gzip, for `go tool pprof`, speedscope, Pyroscope and Parca. */
  readonly pprof: Uint8Array
}

/** Time of one function, in milliseconds. */
export interface FunctionTime {
  /** The name that it is profiled under, or its own. */
  readonly name: string
  /** File, relative to the working directory; undefined for native code. Resolved by its source map. */
  readonly file: string | undefined
  /** Line where the function begins, from 1; 0 for native code. */
  readonly line: number
  /** In the function itself. */
  readonly selfMs: number
  /** With everything that it called. */
  readonly totalMs: number
}

/** A profile that is being taken, beside the continuous one or alone. */
export class ProfileRun {
  readonly #recording: Recording
  readonly #startedAt = Date.now()

  /** Begins it. Throws where this Node.js has no inspector. */
  constructor() {
    this.#recording = beginRecording()
  }

  /** Ends it, with all source maps. */
  async end(): Promise<CpuProfile> {
    learnBodies()
    const window = endRecording(this.#recording)
    await sourceMaps.load(scriptsOf(window, true), 'cpu-profile')
    const { bytes, ...profile } = overhead.time('cpu-profile', () => profileOf(window, this.#startedAt))
    return { ...profile, pprof: await promisify(gzip)(bytes) }
  }

  /** The same at once, for a process that ends: with the source maps that are known. */
  endNow(): CpuProfile {
    learnBodies()
    const { bytes, ...profile } = profileOf(endRecording(this.#recording), this.#startedAt)
    return { ...profile, pprof: gzipSync(bytes) }
  }
}

function profileOf(window: CpuWindow, startedAt: number) {
  const places = new Places(process.cwd())
  const busy = window.samples.filter(({ node }) => !isIdle(node)).length
  return {
    startedAt,
    durationMs: (window.endUs - window.startUs) / 1e3,
    cpuMs: busy * window.secondsPerSample * 1e3,
    functions: functionTimes(window, places),
    folded: foldedStacks(selfSamples(window), places),
    bytes: pprof({ window, places, startedAt }),
  }
}

function functionTimes(window: CpuWindow, places: Places): FunctionTime[] {
  const times = new Map<string, FunctionTime>()
  const add = (place: FunctionPlace, selfMs: number, totalMs: number): void => {
    const key = placeKey(place)
    const known = times.get(key)
    times.set(key, { ...place, selfMs: selfMs + (known?.selfMs ?? 0), totalMs: totalMs + (known?.totalMs ?? 0) })
  }
  for (const [node, samples] of selfSamples(window)) {
    const ms = samples * window.secondsPerSample * 1e3
    add(places.function(node.frame), ms, 0)
    // A function that calls itself counts once.
    const onStack = new Map(stackOf(node).map(({ frame }) => [placeKey(places.function(frame)), places.function(frame)] as const))
    for (const place of onStack.values()) add(place, 0, ms)
  }
  return [...times.values()].toSorted((one, other) => other.selfMs - one.selfMs || other.totalMs - one.totalMs)
}
