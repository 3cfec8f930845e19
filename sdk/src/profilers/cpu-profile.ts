import { diag } from '@opentelemetry/api'
import { getBooleanFromEnv, getStringFromEnv } from '@opentelemetry/core'
import { systemClock } from '../clock.ts'
import { cpuProfileVariable } from '../contract/cpu-profile.ts'
import type { ContinuousProfile } from '../profiles/continuous-profile.ts'
import { reason } from '../telemetry/diagnostics.ts'
import { addSource } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** Variable that names the folder for profiles. */
const FOLDER = 'PITWALL_PROFILE_DIRECTORY'

/**
 * Where the main thread's time goes, by function and by line, from samples of its stack: all the time. Started where
 * `PITWALL_CPU_PROFILE=true` or a folder for profiles asks for it, or where it is named. Not by itself: on Linux each sample
 * interrupts the event loop's wait, and `performance.eventLoopUtilization()` then loses idle time (docs/decisions.md).
 */
export default {
  priority: 20,
  isWanted: () => getBooleanFromEnv(cpuProfileVariable) === true || getStringFromEnv(FOLDER) !== undefined,
  start() {
    const begun = new Begun()
    begin(begun).catch((error: unknown) => diag.warn(`there is no CPU profile (${reason(error)}); the agent runs on without it.`))
    return () => begun.stop()
  },
} satisfies Profiler

/** What has been begun, and whether it was stopped meanwhile. */
class Begun {
  readonly #stops: (() => void)[] = []
  isStopped = false

  /** Keeps how to stop a part. */
  add(stop: () => void): void {
    this.#stops.push(stop)
  }

  stop(): void {
    this.isStopped = true
    for (const stop of this.#stops.splice(0)) stop()
  }
}

/** One for the process, so that its counters go on where they were when it is stopped and started again. */
let profile: ContinuousProfile | undefined

/** Begins a moment later: an agent that does not ask for profiles does not load what they are made with. */
async function begin(begun: Begun): Promise<void> {
  const { ContinuousProfile: Profile } = await import('../profiles/continuous-profile.ts')
  if (begun.isStopped) return
  const continuous = (profile ??= new Profile(systemClock))
  continuous.begin()
  begun.add(addSource(continuous))
  begun.add(() => void continuous.end())
  const folder = getStringFromEnv(FOLDER)
  if (folder === undefined) return
  const { keepProfiles } = await import('../profiles/profile-folder.ts')
  if (!begun.isStopped) begun.add(keepProfiles(folder, continuous))
}
