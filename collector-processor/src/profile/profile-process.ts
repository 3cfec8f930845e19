import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { constants, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { type ProfileRequest, profileRequests } from '@pitwall/sdk/contract'
import { UsageError } from '../commands/command.ts'
import { type Answer, PATIENCE_MS, waitForAnswers } from './answers.ts'

/**
 * Asks a process that runs for its profile, by a file and the signal. One that does not listen is left alone: the signal would end it.
 * @throws UsageError, one sentence, where it cannot be asked
 */
export async function profileProcess(pid: number, request: ProfileRequest, signal: AbortSignal): Promise<Answer[]> {
  const folder = join(tmpdir(), profileRequests.folder(process.getuid?.() ?? userInfo().username))
  if (!isAlive(pid)) throw new UsageError(`there is no process ${pid} of yours.`)
  if (!listens(pid, join(folder, String(pid)))) {
    throw new UsageError(
      `process ${pid} does not listen. Start it with ${profileRequests.listenVariable}=${profileRequests.signal} node --import @pitwall/sdk/register …, or let it be started: pitwall profile --cmd 'node agent.js'.`,
    )
  }
  const file = join(folder, `${pid}.json`)
  writeFileSync(`${file}.tmp`, JSON.stringify(request))
  renameSync(`${file}.tmp`, file)
  process.kill(pid, profileRequests.signal)
  const deadline = performance.now() + request.seconds * 1_000 + PATIENCE_MS
  return waitForAnswers(request.folder, () => signal.aborted || performance.now() > deadline || !isAlive(pid))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Whether a process has left its mark, and it was this process: its number may have been another's that died. */
function listens(pid: number, mark: string): boolean {
  if (!existsSync(mark)) return false
  return process.platform === 'linux' ? catchesSignal(pid) : startedAt(pid) <= statSync(mark).mtimeMs
}

function catchesSignal(pid: number): boolean {
  const [, caught = '0'] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (BigInt(`0x${caught}`) & (1n << BigInt(constants.signals[profileRequests.signal] - 1))) !== 0n
}

/** When a process started, milliseconds since 1970, to the second below. */
function startedAt(pid: number): number {
  return Date.parse(execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { LC_ALL: 'C' } }).trim())
}
