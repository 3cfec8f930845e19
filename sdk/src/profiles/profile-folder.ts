import { promisify } from 'node:util'
import { gzip, gzipSync } from 'node:zlib'
import { diag } from '@opentelemetry/api'
import { overhead } from '../sampling/overhead.ts'
import { reason } from '../telemetry/diagnostics.ts'
import { positiveFromEnv } from '../telemetry/environment.ts'
import type { ContinuousProfile } from './continuous-profile.ts'
import type { CpuWindow } from './cpu-window.ts'
import { Places } from './places.ts'
import { pprof } from './pprof.ts'
import { profileName, ProfileRing } from './profile-ring.ts'
import { scriptsOf } from './self-times.ts'
import { sourceMaps } from './source-maps.ts'

interface Unwritten {
  readonly name: string
  readonly window: CpuWindow
  readonly startedAt: number
}

/** What a folder keeps where nothing is said: an hour or more of one process. */
const MAX_BYTES = 64 * 1_048_576
const MAX_FILES = 1_000

/**
 * Writes every window of the continuous profile into a folder, and the last one when the process ends. Where the disk is too
 * slow, windows are left out. `PITWALL_PROFILE_MAX_BYTES` bounds the folder.
 * @returns ends that
 */
export function keepProfiles(folder: string, profile: ContinuousProfile): () => void {
  const ring = new ProfileRing(folder, { maxBytes: positiveFromEnv('PITWALL_PROFILE_MAX_BYTES') ?? MAX_BYTES, maxFiles: MAX_FILES })
  let said = false
  const failed = (error: unknown): void => {
    if (!said) diag.warn(`CPU profiles cannot be written to ${folder} (${reason(error)}); the agent runs on unaffected.`)
    said = true
  }
  const write = async ({ name, window, startedAt }: Unwritten): Promise<void> => {
    await sourceMaps.load(scriptsOf(window, true), 'cpu-profile')
    await ring.write(name, await promisify(gzip)(encoded(window, startedAt)))
  }
  let unwritten: Unwritten | undefined
  const atExit = (): void => {
    const { startedAt } = profile
    const window = profile.end()
    const last = window && { name: profileName(startedAt), window, startedAt }
    try {
      for (const one of [unwritten, last]) if (one !== undefined) ring.writeNow(one.name, gzipSync(encoded(one.window, one.startedAt)))
    } catch (error) {
      failed(error)
    }
  }

  void ring.prune(0).catch(failed)
  profile.onWindow = (window, startedAt) => {
    if (unwritten !== undefined) return
    unwritten = { name: profileName(startedAt), window, startedAt }
    void write(unwritten)
      .catch(failed)
      .finally(() => (unwritten = undefined))
  }
  process.once('exit', atExit)
  return () => {
    profile.onWindow = () => {}
    process.off('exit', atExit)
  }
}

function encoded(window: CpuWindow, startedAt: number): Uint8Array {
  return overhead.time('cpu-profile', () => pprof({ window, places: new Places(process.cwd()), startedAt }))
}
