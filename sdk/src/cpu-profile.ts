import { OptionError } from './errors.ts'
import type { CpuProfile } from './profiles/profile-run.ts'

/** Options of `cpuProfile`. */
export interface CpuProfileOptions {
  /** How long, in milliseconds; default 10,000. */
  readonly durationMs?: number
  /** Ends it before; what was seen until then is the profile. */
  readonly signal?: AbortSignal
}

/** A longer profile is a matter for the folder of the continuous one. */
const MAX_DURATION_MS = 600_000

/**
 * Takes a CPU profile of this thread, 99 samples a second. Where the continuous profile runs, it costs 1 ms more; where it
 * does not, the profiler is started for it, which holds up the thread for 50 to 200 ms.
 * @param options or its length in milliseconds alone
 * @throws OptionError where the duration is none; Error where this Node.js was built without its inspector
 */
export async function cpuProfile(options: number | CpuProfileOptions = {}): Promise<CpuProfile> {
  const { durationMs = 10_000, signal } = typeof options === 'number' ? { durationMs: options } : options
  if (!(durationMs > 0 && durationMs <= MAX_DURATION_MS))
    throw new OptionError('durationMs', durationMs, `a number of milliseconds above 0 and up to ${MAX_DURATION_MS}`)
  // What only takes profiles by hand is loaded when one is taken.
  const { ProfileRun } = await import('./profiles/profile-run.ts')
  const run = new ProfileRun()
  await waited(durationMs, signal)
  return run.end()
}

function waited(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, durationMs)
    if (signal?.aborted === true) end()
    else signal?.addEventListener('abort', end, { once: true })
  })
}
