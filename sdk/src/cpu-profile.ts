import { checkedDuration, type ProfileDuration, waited } from './profiles/profile-duration.ts'
import type { CpuProfile } from './profiles/profile-run.ts'

/** How long it takes. */
export type CpuProfileOptions = ProfileDuration

/**
 * Takes a CPU profile of this thread, 99 samples a second. Where the continuous profile runs, it costs 1 ms more; where it
 * does not, the profiler is started for it, which holds up the thread for 50 to 200 ms.
 * @throws OptionError where the duration is none; Error where this Node.js was built without its inspector
 */
export async function cpuProfile(options: CpuProfileOptions = {}): Promise<CpuProfile> {
  const durationMs = checkedDuration(options)
  // What only takes profiles by hand is loaded when one is taken.
  const { ProfileRun } = await import('./profiles/profile-run.ts')
  const run = new ProfileRun()
  await waited(durationMs, options.signal)
  return run.end()
}
