import type { AllocationProfile } from './memory/allocation-profile.ts'
import { checked, type ProfileDuration, waited } from './profiles/profile-duration.ts'

/** Options of `allocationProfile`. */
export type AllocationProfileOptions = ProfileDuration

/**
 * Takes a profile of what this thread allocates: half of the time of everything, the other half of what stays. V8 collects
 * all garbage at the end of each half, a pause of 0.1 to 0.8 ms a MiB of heap. The profiler `allocation` stands back for it.
 * @param options or its length in milliseconds alone
 * @throws OptionError where the duration is none; Error where one is being taken already, or another tool samples the heap
 */
export async function allocationProfile(options: number | AllocationProfileOptions = {}): Promise<AllocationProfile> {
  const { durationMs, signal } = checked(options)
  // What only takes profiles by hand is loaded when one is taken.
  const { AllocationRun } = await import('./memory/allocation-run.ts')
  const run = new AllocationRun(durationMs)
  await waited(durationMs, signal)
  return run.end()
}
