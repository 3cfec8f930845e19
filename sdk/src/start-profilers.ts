import { readdirSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { diag } from '@opentelemetry/api'
import { systemClock } from './clock.ts'
import { Governor } from './governor.ts'
import type { Profiler } from './profilers/profiler.ts'
import { overhead } from './sampling/overhead.ts'
import type { Budget } from './sampling/shedding.ts'
import { reason } from './telemetry/diagnostics.ts'

/** While one set of profilers runs, no second one is started. */
let areRunning = false

/**
 * Starts the given profilers, those of the folder `profilers` by their name, or else every one of it. Those of the folder
 * start a moment later, because they are loaded without holding up the agent; one that cannot is said in a warning and
 * costs nothing else. They are stopped and started again as the budget asks.
 * @returns stops them all; where others had been started before, those stay and nothing is to be stopped
 */
export function startProfilers(given: readonly (Profiler | string)[] | undefined, budget: Budget): () => void {
  if (areRunning) return () => {}
  areRunning = true
  const governor = new Governor(budget, overhead, systemClock)
  let stopped = false
  const start = (name: string, profiler: Profiler) => {
    if (!stopped) governor.start(name, profiler)
  }
  for (const [index, profiler] of (given ?? []).entries()) if (typeof profiler !== 'string') start(`number ${index + 1}`, profiler)
  const names = given?.filter((profiler) => typeof profiler === 'string')
  // The modules of the agent come first.
  if (names === undefined || names.length > 0) setImmediate(() => void startFolder(names, start)).unref()
  return () => {
    if (stopped) return
    stopped = true
    areRunning = false
    governor.stop()
  }
}

const folder = new URL('profilers/', import.meta.url)

/** Hands over the default export of each file in the folder, or of those with these names. */
async function startFolder(names: readonly string[] | undefined, start: (name: string, profiler: Profiler) => void): Promise<void> {
  try {
    const known = namesInFolder()
    for (const name of names ?? known) {
      if (known.includes(name)) await startFile(name, start, names !== undefined)
      else diag.warn(`there is no profiler '${name}'; there are ${known.join(', ')}.`)
    }
  } catch (error) {
    diag.warn(`profilers could not be loaded (${reason(error)}). A bundled agent lists them: register({ profilers: [...] }).`)
  }
}

async function startFile(name: string, start: (name: string, profiler: Profiler) => void, isNamed: boolean): Promise<void> {
  const module: unknown = await import(new URL(`${name}${extname(import.meta.url)}`, folder).href)
  const profiler: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined
  if (isProfiler(profiler)) {
    if (isNamed || (profiler.isWanted?.() ?? true)) start(name, profiler)
  } else diag.warn(`profilers/${name} has no profiler as its default export, and is left out.`)
}

/** Names of the files in the folder, but for the one that says what a profiler is. */
function namesInFolder(): string[] {
  const extension = extname(import.meta.url)
  return readdirSync(folder)
    .filter((file) => /^[^.]+\.[jt]s$/.test(file) && extname(file) === extension)
    .map((file) => basename(file, extension))
    .filter((name) => name !== 'profiler')
}

function isProfiler(value: unknown): value is Profiler {
  return typeof value === 'object' && value !== null && 'start' in value && typeof value.start === 'function'
}
