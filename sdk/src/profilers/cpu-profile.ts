import { diag } from '@opentelemetry/api'
import { getBooleanFromEnv, getStringFromEnv } from '@opentelemetry/core'
import { systemClock } from '../clock.ts'
import { ContinuousProfile } from '../profiles/continuous-profile.ts'
import { reason } from '../telemetry/diagnostics.ts'
import { addSource } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/**
 * Where the main thread's time goes, by function and by line, from samples of its stack: all the time. Started where
 * `PITWALL_CPU_PROFILE=true` or a folder for profiles asks for it, or where it is named. Not by itself: on Linux each sample
 * interrupts the event loop's wait, and `performance.eventLoopUtilization()` then loses idle time (docs/decisions.md).
 */
export default {
  priority: 20,
  isWanted: () => getBooleanFromEnv('PITWALL_CPU_PROFILE') === true || getStringFromEnv(FOLDER) !== undefined,
  start() {
    const stops: (() => void)[] = []
    // The modules of the agent come first: what the start of V8's profiler costs is not to be part of theirs.
    const begun = setImmediate(() => {
      try {
        begin(stops)
      } catch (error) {
        diag.warn(`there is no CPU profile (${reason(error)}); the agent runs on without it.`)
      }
    }).unref()
    return () => {
      clearImmediate(begun)
      for (const stop of stops.splice(0)) stop()
    }
  },
} satisfies Profiler

/** Variable that names the folder for profiles. */
const FOLDER = 'PITWALL_PROFILE_DIRECTORY'

function begin(stops: (() => void)[]): void {
  const profile = new ContinuousProfile(systemClock)
  profile.begin()
  const removeSource = addSource(profile)
  stops.push(() => {
    removeSource()
    profile.end()
  })
  const folder = getStringFromEnv(FOLDER)
  if (folder === undefined) return
  const keep = async () => {
    const { keepProfiles } = await import('../profiles/profile-folder.ts')
    // It may have been stopped meanwhile.
    if (stops.length > 0) stops.push(keepProfiles(folder, profile))
  }
  keep().catch((error: unknown) => diag.warn(`CPU profiles are not kept in ${folder} (${reason(error)}).`))
}
