import { diag } from '@opentelemetry/api'
import { getStringFromEnv } from '@opentelemetry/core'
import { systemClock } from '../clock.ts'
import { profileRequests } from '../contract/index.ts'
import { ContinuousProfile } from '../profiles/continuous-profile.ts'
import { reason } from '../telemetry/diagnostics.ts'
import { addSource } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** Where the main thread's time goes, by function and by line, from samples of its stack: all the time. */
export default {
  priority: 20,
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

function begin(stops: (() => void)[]): void {
  const profile = new ContinuousProfile(systemClock)
  profile.begin()
  const removeSource = addSource(profile)
  stops.push(() => {
    removeSource()
    profile.end()
  })
  void startOptional(profile, stops).catch((error: unknown) => diag.warn(`a part of the CPU profile could not be started (${reason(error)}).`))
}

/** Loads what few agents ask for only where they do. */
async function startOptional(profile: ContinuousProfile, stops: (() => void)[]): Promise<void> {
  const isStopped = () => stops.length === 0
  const folder = getStringFromEnv('PITWALL_PROFILE_DIRECTORY')
  if (folder !== undefined) {
    const { keepProfiles } = await import('../profiles/profile-folder.ts')
    if (!isStopped()) stops.push(keepProfiles(folder, profile))
  }
  if (getStringFromEnv(profileRequests.listenVariable) !== undefined) {
    const { listenForRequests } = await import('../profiles/profile-requests.ts')
    if (!isStopped()) stops.push(listenForRequests())
  }
}
