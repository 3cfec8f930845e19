import { checked, type ProfileDuration, waited } from './profiles/profile-duration.ts'
import type { CpuProfile } from './profiles/profile-run.ts'

/** Options of `cpuProfile`. */
export type CpuProfileOptions = ProfileDuration

/**
 * Takes a CPU profile of this thread, 99 samples a second. Where the continuous profile runs, it costs 1 ms more; where it
 * does not, the profiler is started for it, which holds up the thread for 50 to 200 ms.
 * @param options or its length in milliseconds alone
 * @throws OptionError where the duration is none; Error where this Node.js was built without its inspector
 */
export async function cpuProfile(options: number | CpuProfileOptions = {}): Promise<CpuProfile> {
  const { durationMs, signal } = checked(options)
  // What only takes profiles by hand is loaded when one is taken.
  const { ProfileRun } = await import('./profiles/profile-run.ts')
  const run = new ProfileRun()
  await waited(durationMs, signal)
  return run.end()
}
