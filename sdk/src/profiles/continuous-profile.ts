import { diag } from '@opentelemetry/api'
import { after, type Clock } from '../clock.ts'
import { cpuProfiles } from '../contract/index.ts'
import { OTHER } from '../names.ts'
import { overhead } from '../sampling/overhead.ts'
import { reason } from '../telemetry/diagnostics.ts'
import type { MetricSink, MetricSource } from '../telemetry/source.ts'
import type { Recording } from './cpu-sampler.ts'
import type { CpuWindow } from './cpu-window.ts'
import { Places } from './places.ts'
import { profiledBodies } from './profiled-bodies.ts'
import { beginRecording, endRecording, learnBodies } from './recordings.ts'
import { partsOf, scriptsOf, selfTimes } from './self-times.ts'
import { sourceMaps } from './source-maps.ts'
import { TopCounters } from './top-counters.ts'

/** Milliseconds that the first windows take, and all after them: a process that lives for seconds is to be known as well. */
const WINDOWS_MS = [1_000, 3_000, 10_000]
/** A collection ends a window that is at least so old, so that its numbers are of now; more readers do not make more windows. */
const YOUNGEST_MS = 1_000
/** What one sample costs the thread that it looks at, in milliseconds (`npm run bench -- cpu-profile`). */
const SAMPLE_MS = 0.035
/** Profiled functions are looked up so many at a time, that nobody notices, so many milliseconds apart. */
const BODIES = 3
const BODIES_MS = 100
/** Counters of functions and of lines, at a time; over its life a process shows at most 200 different ones of each. */
const FUNCTIONS = 30
const LINES = 20
const EVER = 200
/** Five samples, in seconds. */
const LEAST = 0.05

/** A window that has ended, and when it began, milliseconds since 1970. */
export type OnWindow = (window: CpuWindow, startedAt: number) => void

/** One recording after the other, each begun before the last one ends, counted by function and by line. */
export class ContinuousProfile implements MetricSource {
  readonly #clock: Clock
  readonly #functions = new TopCounters(FUNCTIONS, EVER, LEAST)
  readonly #lines = new TopCounters(LINES, EVER, LEAST)
  #recording: Recording | undefined
  #onWindow: OnWindow = () => {}
  #beganAt = 0
  #startedAt = 0
  #begun = 0
  #counted = false
  #cancel: () => void = () => {}
  #cancelLearning: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Who is given every window that ends, beside the counters. */
  set onWindow(listener: OnWindow) {
    this.#onWindow = listener
  }

  /** Begins. Throws where this Node.js has no inspector. */
  begin(): void {
    this.#recording = beginRecording()
    this.#began()
  }

  /** Ends the window and begins the next one, which overlaps it: the profiler never stops. Never throws: where it fails, it is over. */
  rotate(): void {
    const [recording, startedAt] = [this.#recording, this.#startedAt]
    if (recording === undefined) return
    this.#attempt(() => {
      this.#recording = beginRecording()
      const window = endRecording(recording)
      this.#began()
      this.#take(window, startedAt)
    })
  }

  /** Ends; what was counted stays. */
  end(): CpuWindow | undefined {
    this.#cancel()
    this.#cancelLearning()
    const recording = this.#recording
    this.#recording = undefined
    return recording && endRecording(recording)
  }

  /** When the window that runs began, milliseconds since 1970. */
  get startedAt(): number {
    return this.#startedAt
  }

  collect(sink: MetricSink): void {
    if (this.#recording !== undefined && this.#clock.now() - this.#beganAt >= YOUNGEST_MS) this.rotate()
    for (const [key, seconds] of this.#functions.entries()) {
      const [name, file] = partsOf(key)
      sink.number(cpuProfiles.cpuTime, { 'code.function.name': name, ...(file !== '' && { 'code.file.path': file }) }, seconds)
    }
    for (const [key, seconds] of this.#lines.entries()) {
      const [file, line] = partsOf(key)
      sink.number(cpuProfiles.lineCpuTime, { 'code.file.path': file, 'code.line.number': Number(line) }, seconds)
    }
    if (!this.#counted) return
    sink.number(cpuProfiles.cpuTime, { 'code.function.name': OTHER }, this.#functions.rest)
    sink.number(cpuProfiles.lineCpuTime, { 'code.file.path': OTHER }, this.#lines.rest)
  }

  #began(): void {
    this.#beganAt = this.#clock.now()
    this.#startedAt = Date.now()
    this.#cancel()
    const windowMs = WINDOWS_MS[Math.min(this.#begun++, WINDOWS_MS.length - 1)] ?? 0
    this.#cancel = after(this.#clock, windowMs, () => this.rotate(), true)
    this.#learnLater()
  }

  #learnLater(): void {
    this.#cancelLearning()
    if (!profiledBodies.isBehind) return
    const learn = (): void => {
      learnBodies(BODIES)
      this.#learnLater()
    }
    this.#cancelLearning = after(this.#clock, BODIES_MS, () => this.#attempt(learn), true)
  }

  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#abandon()
      diag.warn(`the CPU profile has ended (${reason(error)}); the agent runs on without it.`)
    }
  }

  /** What is left running would grow for ever. */
  #abandon(): void {
    try {
      this.end()
    } catch {
      // It has failed already, and that is said.
    }
  }

  #take(window: CpuWindow, startedAt: number): void {
    overhead.add('cpu-profile', window.samples.length * SAMPLE_MS)
    const unread = sourceMaps.unread(scriptsOf(window, false))
    this.#count(window, (url) => !unread.has(url))
    // What went into scripts whose source maps have to be read first counts a moment later.
    if (unread.size > 0) void sourceMaps.load(unread, 'cpu-profile').then(() => this.#count(window, (url) => unread.has(url)))
    this.#onWindow(window, startedAt)
  }

  #count(window: CpuWindow, isCounted: (url: string) => boolean): void {
    overhead.time('cpu-profile', () => {
      const { functions, lines } = selfTimes(window, new Places(process.cwd()), isCounted)
      this.#counted = true
      this.#functions.add(functions)
      this.#lines.add(lines)
    })
  }
}
