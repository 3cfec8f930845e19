import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { spawnDying } from '../die-with-parent.ts'

/** How a finished program ended, and what it printed (the last 64 KiB of both streams together). */
export interface RunResult {
  readonly code: number | null
  readonly output: string
}

/** Settings of one run. */
export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

const OUTPUT_LIMIT = 65_536
const DRAIN_MS = 500

/**
 * Runs a program to its end. Resolves whatever its exit code; rejects when it cannot be started, is aborted, or takes too long, and then
 * neither it nor anything that it started goes on.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { cwd, env = process.env, timeoutMs = 600_000, signal } = options
  signal?.throwIfAborted()
  const child = spawnDying(program, args, { cwd, env, output: 'pipe' })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-OUTPUT_LIMIT)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const end = (): void => void child.stdin?.destroy()
  signal?.addEventListener('abort', end, { once: true })
  let late = false
  const timer = setTimeout(() => {
    late = true
    end()
  }, timeoutMs)
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve))
    signal?.throwIfAborted()
    if (late) throw new Error(`${program} did not end within ${timeoutMs / 1000} s`)
    await drained(child)
    return { code, output }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
}

/** What a program printed last may arrive after its end; something that it left running may keep the pipes open, and is not waited for. */
async function drained(child: ChildProcess): Promise<void> {
  if (child.stdout?.readableEnded === true && child.stderr?.readableEnded === true) return
  const timeout = new AbortController()
  await Promise.race([once(child, 'close'), delay(DRAIN_MS, undefined, { signal: timeout.signal }).catch(() => {})])
  timeout.abort()
}

/** Last line that says something, for a message of one sentence. */
export function lastLine(output: string): string {
  const lines = output.split('\n').map((line) => line.trim())
  return lines.findLast((line) => line !== '') ?? 'it printed nothing'
}
