import { diag } from '@opentelemetry/api'
import { getStringFromEnv } from '@opentelemetry/core'
import { profileRequests } from '../contract/index.ts'
import { reason } from '../telemetry/diagnostics.ts'
import type { Profiler } from './profiler.ts'

/** A CPU profile on a signal, where `PITWALL_PROFILE_SIGNAL=SIGUSR2` asks for that. Until the signal comes, it costs nothing. */
export default {
  isWanted: () => getStringFromEnv(profileRequests.listenVariable) !== undefined,
  start() {
    let isStopped = false
    let stop = () => {}
    const listen = async () => {
      const { listenForRequests } = await import('../profiles/profile-requests.ts')
      if (!isStopped) stop = listenForRequests()
    }
    listen().catch((error: unknown) => diag.warn(`no signal takes a CPU profile (${reason(error)}); the agent runs on unaffected.`))
    return () => {
      isStopped = true
      stop()
      stop = () => {}
    }
  },
} satisfies Profiler
