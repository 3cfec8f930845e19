import { readdirSync } from 'node:fs'
import { extname } from 'node:path'
import { diag } from '@opentelemetry/api'
import type { Profiler } from './profilers/profiler.ts'
import { reason } from './telemetry/diagnostics.ts'

/** Stops what was started here; while it runs, no second set is started. */
let running: (() => void) | undefined

/**
 * Starts the given profilers, or else every one in the folder `profilers`. They start a moment later, because they are
 * loaded without holding up the agent; one that cannot is said in a warning and costs nothing else.
 * @returns stops them all
 */
export function startProfilers(given: readonly Profiler[] | undefined): () => void {
  if (running !== undefined) return running
  const stops: (() => void)[] = []
  let stopped = false
  const start = (name: string, profiler: Profiler) => {
    if (!stopped) attempt(`profiler ${name} could not be started`, () => stops.push(profiler.start()))
  }
  // The modules of the agent come first.
  if (given === undefined) setImmediate(() => void discover(start)).unref()
  else for (const [index, profiler] of given.entries()) start(`number ${index + 1}`, profiler)
  running = () => {
    stopped = true
    running = undefined
    for (const stop of stops.splice(0)) attempt('a profiler could not be stopped', stop)
  }
  return running
}

const folder = new URL('profilers/', import.meta.url)

/** Hands over the default export of each file in the folder, but for the one that says what a profiler is. */
async function discover(found: (name: string, profiler: Profiler) => void): Promise<void> {
  try {
    const extension = extname(import.meta.url)
    const files = readdirSync(folder).filter((file) => /^[^.]+\.[jt]s$/.test(file) && extname(file) === extension)
    for (const file of files.filter((name) => name !== `profiler${extension}`)) {
      const module: unknown = await import(new URL(file, folder).href)
      const profiler: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined
      if (isProfiler(profiler)) found(file, profiler)
      else diag.warn(`${file} has no profiler as its default export, and is left out.`)
    }
  } catch (error) {
    diag.warn(`profilers could not be loaded (${reason(error)}). A bundled agent lists them: register({ profilers: [...] }).`)
  }
}

function isProfiler(value: unknown): value is Profiler {
  return typeof value === 'object' && value !== null && 'start' in value && typeof value.start === 'function'
}

function attempt(failure: string, action: () => void): void {
  try {
    action()
  } catch (error) {
    diag.warn(`${failure} (${reason(error)}); the agent runs on without it.`)
  }
}
