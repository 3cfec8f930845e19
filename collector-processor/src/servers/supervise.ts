import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile, stat, truncate } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { spawnDying } from './die-with-parent.ts'

/** A program that runs as our child, its output in a file. */
export interface Supervised {
  readonly pid: number
  readonly log: string
  /** Undefined while it runs; then how it ended, in words. */
  readonly ended: () => string | undefined
  /** Resolves when it has ended, with how. */
  readonly end: Promise<string>
  /** Last lines of the log, for a message. */
  logTail(): Promise<string>
  /** SIGTERM, and SIGKILL when that is not enough. Never rejects. */
  stop(): Promise<void>
}

/** How a program is run. */
export interface SuperviseOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** File for its output. */
  readonly log: string
  /** Time it has to end after SIGTERM, in milliseconds. Default 5,000. */
  readonly stopMs?: number
  /** Size at which the log starts again at its beginning, in bytes, and how often that is looked at. Default 5 MB, 10 s. */
  readonly logLimit?: number
  readonly logCheckMs?: number
}

/** Starts a program in the background, its output in a file. It ends when this process ends. */
export function supervise(
  program: string,
  args: readonly string[],
  { env, cwd, log, stopMs = 5_000, logLimit = 5_000_000, logCheckMs = 10_000 }: SuperviseOptions,
): Supervised {
  const out = openSync(log, 'a')
  const child = spawnDying(program, args, { cwd, env, output: out })
  closeSync(out)
  const exit = whenEnded(child)
  const bounding = setInterval(() => void bound(log, logLimit), logCheckMs).unref()
  void exit.done.then(() => clearInterval(bounding))
  // A stack that somebody forgot to stop must not keep its process alive: servers end with the process anyway.
  child.unref()
  return {
    pid: child.pid ?? -1,
    log: log,
    ended: exit.reason,
    end: exit.done,
    logTail: async () => (await readFile(log, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-5).join('\n'),
    stop: () => stop(child, exit, stopMs),
  }
}

interface Exit {
  readonly done: Promise<string>
  readonly reason: () => string | undefined
}

function whenEnded(child: ChildProcess): Exit {
  let reason: string | undefined
  const done = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      reason = error.message
      resolve(reason)
    })
    child.once('exit', (code, signal) => {
      reason = signal === null ? `exit code ${code}` : signal
      resolve(reason)
    })
  })
  return { done, reason: () => reason }
}

async function stop(child: ChildProcess, { done, reason }: Exit, stopMs: number): Promise<void> {
  if (reason() !== undefined) return
  child.ref()
  child.kill('SIGTERM')
  // A process that is stopped (SIGSTOP) takes SIGTERM only when it continues.
  child.kill('SIGCONT')
  const timer = new AbortController()
  const late = delay(stopMs, undefined, { signal: timer.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  )
  await done
  timer.abort()
  await late
}

/** The server appends, so cutting the file makes it start again at the beginning. */
async function bound(log: string, limit: number): Promise<void> {
  const size = await stat(log).then(
    (entry) => entry.size,
    () => 0,
  )
  if (size > limit) await truncate(log, 0).catch(() => {})
}
