import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { diag } from '@opentelemetry/api'
import { getStringFromEnv } from '@opentelemetry/core'
import { DEFAULT_PROFILE_SECONDS, type ProfileRequest, profileRequests } from '../contract/index.ts'
import { OptionError } from '../errors.ts'
import type { AllocationProfile } from '../memory/allocation-profile.ts'
import { AllocationRun } from '../memory/allocation-run.ts'
import { reason } from '../telemetry/diagnostics.ts'
import { type CpuProfile, ProfileRun } from './profile-run.ts'

/** A request is done within an hour. */
const MAX_SECONDS = 3_600

/**
 * Takes a profile on SIGUSR2 where the environment asks for that, and only there: the signal ends a process that does not
 * listen, and process managers send it to have it ended.
 * @returns stops listening
 */
export function listenForRequests(): () => void {
  const asked = getStringFromEnv(profileRequests.listenVariable)
  // Signals reach the main thread alone.
  if (asked === undefined || !isMainThread) return () => {}
  if (asked !== profileRequests.signal) {
    diag.warn(`${new OptionError(profileRequests.listenVariable, asked, profileRequests.signal).message} No signal takes a profile.`)
    return () => {}
  }
  const folder = requestFolder()
  const mark = join(folder, String(process.pid))
  const onSignal = () => serve(() => waitingRequest(folder))
  const forget = () => rmSync(mark, { force: true })
  process.on(profileRequests.signal, onSignal)
  process.once('exit', forget)
  removeOldMarks(folder)
  writeFileSync(mark, '')
  return () => {
    process.off(profileRequests.signal, onSignal)
    process.off('exit', forget)
    forget()
  }
}

/** Takes the profile of the main thread that the environment asks for, from now on. */
export function serveStartRequest(): void {
  const text = process.env[profileRequests.startVariable]
  if (text !== undefined && isMainThread) serve(() => parsed(text))
}

let busy = false

/** One at a time; it ends with the process, where that ends before. Failures are warnings. */
function serve(asked: () => ProfileRequest): void {
  if (busy) return
  busy = true
  const failed = (error: unknown) => diag.warn(`no profile was taken (${reason(error)}); the agent runs on unaffected.`)
  try {
    const request = asked()
    const run = begun(request)
    const atExit = () => attempt(() => answer(request, run.endNow()), failed)
    const end = async () => {
      try {
        const profile = await run.end()
        answer(request, profile)
      } catch (error) {
        failed(error)
      } finally {
        process.off('exit', atExit)
        busy = false
      }
    }
    process.once('exit', atExit)
    setTimeout(() => void end(), request.seconds * 1_000).unref()
  } catch (error) {
    busy = false
    failed(error)
  }
}

/** What is written for a request. */
interface Taken {
  readonly amount: number
  readonly pprof: Uint8Array
  readonly folded: string
}

function begun({ of, seconds }: ProfileRequest): { end(): Promise<Taken>; endNow(): Taken } {
  if (of === 'heap') {
    const run = new AllocationRun(seconds * 1_000)
    const taken = ({ allocatedBytes, pprof, folded }: AllocationProfile) => ({ amount: allocatedBytes, pprof, folded: folded.allocated })
    return { end: async () => taken(await run.end()), endNow: () => taken(run.endNow()) }
  }
  const run = new ProfileRun()
  const taken = ({ cpuMs, pprof, folded }: CpuProfile) => ({ amount: cpuMs, pprof, folded })
  return { end: async () => taken(await run.end()), endNow: () => taken(run.endNow()) }
}

function attempt(action: () => void, failed: (error: unknown) => void): void {
  try {
    action()
  } catch (error) {
    failed(error)
  }
}

/** Writes the file under another name first: whoever waits for it sees it whole. */
function answer({ folder, format }: ProfileRequest, { amount, pprof, folded }: Taken): void {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${Math.round(amount)}-${process.pid}.${format === 'pprof' ? 'pb.gz' : 'folded'}`)
  writeFileSync(`${file}.tmp`, format === 'pprof' ? pprof : folded)
  renameSync(`${file}.tmp`, file)
}

/** What was asked for along with the signal; a signal alone asks for ten seconds, to the folder of profiles or the working directory. */
function waitingRequest(folder: string): ProfileRequest {
  const file = join(folder, `${process.pid}.json`)
  try {
    const request = parsed(readFileSync(file, 'utf8'))
    rmSync(file, { force: true })
    return request
  } catch {
    return parsed('{}')
  }
}

function parsed(text: string): ProfileRequest {
  const given: unknown = JSON.parse(text)
  const { seconds, of, format, folder }: Partial<Record<string, unknown>> = typeof given === 'object' && given !== null ? { ...given } : {}
  return {
    seconds: typeof seconds === 'number' && seconds > 0 && seconds <= MAX_SECONDS ? seconds : DEFAULT_PROFILE_SECONDS,
    of: of === 'heap' ? 'heap' : 'cpu',
    format: format === 'folded' ? 'folded' : 'pprof',
    folder: typeof folder === 'string' ? folder : (getStringFromEnv('PITWALL_PROFILE_DIRECTORY') ?? process.cwd()),
  }
}

/** Marks of processes that were killed. */
function removeOldMarks(folder: string): void {
  for (const name of readdirSync(folder).filter((file) => /^\d+$/.test(file))) {
    try {
      process.kill(Number(name), 0)
    } catch {
      rmSync(join(folder, name), { force: true })
    }
  }
}

/** The folder where requests are put; one that others can write is not trusted. */
function requestFolder(): string {
  const user = process.getuid?.() ?? userInfo().username
  const folder = join(tmpdir(), profileRequests.folder(user))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(folder)
  if (process.getuid !== undefined && (uid !== user || (mode & 0o022) !== 0)) throw new Error(`${folder} is not of this user alone`)
  return folder
}
