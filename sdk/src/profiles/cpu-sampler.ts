import type { Profiler, Session } from 'node:inspector'
import { type CpuWindow, cpuWindow } from './cpu-window.ts'

/**
 * Microseconds between two samples: 99 a second, so that samples drift across timers of whole milliseconds and do not march
 * with them, and up to 4 fewer, so that the processes of a fleet do not march with each other. V8 does not change it while it samples.
 */
const INTERVAL_US = 10_101
const SPREAD_US = 400

/** Looks at an expression's value from outside, as a debugger does. */
export type Inspect = Pick<Session, 'post'>

/**
 * V8's sampling profiler, through the built-in inspector. Any number of recordings may overlap, which is how one follows
 * another without a gap: the profiler stops only when the last one ends. Its start takes 6 to 50 ms, the more functions there
 * are, and 50 to 200 in a process that has run for a while; a recording in between 0.2 ms and its end 0.5 ms (`npm run bench -- cpu-profile`).
 */
export class CpuSampler {
  readonly #random: () => number
  readonly #running = new Set<string>()
  readonly #ended = new Map<string, Profiler.Profile>()
  #session: Session | undefined
  #count = 0

  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** Where functions can be asked for their places; undefined while nothing is recorded. */
  get inspect(): Inspect | undefined {
    return this.#session
  }

  /** Begins a recording. Throws where this Node.js has no inspector. */
  begin(): Recording {
    const title = `pitwall-${++this.#count}`
    this.#session ??= this.#connect()
    this.#running.add(title)
    inspector().console.profile(title)
    let window: CpuWindow | undefined
    return { end: () => (window ??= this.#end(title)) }
  }

  #connect(): Session {
    const session = new (inspector().Session)()
    session.connect()
    session.on('Profiler.consoleProfileFinished', ({ params: { title, profile } }) => {
      // The agent may use console.profile as well; without a title its end is that of whichever began last.
      if (title !== undefined && this.#running.has(title)) this.#ended.set(title, profile)
    })
    session.post('Profiler.enable')
    session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US + Math.floor(this.#random() * SPREAD_US) })
    compileAnew(session)
    return session
  }

  #end(title: string): CpuWindow {
    inspector().console.profileEnd(title)
    const profile = this.#ended.get(title) ?? { nodes: [], startTime: 0, endTime: 0 }
    this.#ended.delete(title)
    this.#running.delete(title)
    if (this.#running.size === 0) {
      this.#session?.disconnect()
      this.#session = undefined
    }
    return cpuWindow(profile)
  }
}

/**
 * Lets V8 throw away the machine code it has made: of loops that were optimized before it began to sample it knows no
 * function, and calls them `(program)`. Coverage does that when it is switched on, and is off again at once. 20 to 150 ms, the more functions there are.
 */
function compileAnew(session: Session): void {
  // Switching it off would end the coverage that is being taken.
  if (process.env['NODE_V8_COVERAGE'] !== undefined) return
  session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: false })
  session.post('Profiler.stopPreciseCoverage')
}

/** A recording under way. */
export interface Recording {
  /** Ends it; more calls give the same window. */
  end(): CpuWindow
}

/** Not an import: a Node.js built without the inspector would not load this file. @throws Error in such a one */
export function inspector() {
  if (!process.features.inspector) throw new Error('this Node.js was built without its inspector')
  return process.getBuiltinModule('node:inspector')
}

/** The profiler of this thread. */
export const cpuSampler = new CpuSampler()
