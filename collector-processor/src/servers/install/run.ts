import { spawn } from 'node:child_process'

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

/** Runs a program to its end. Resolves whatever its exit code; rejects when it cannot be started, is aborted, or takes too long. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { cwd, env = process.env, timeoutMs = 600_000, signal } = options
  const deadline = AbortSignal.timeout(timeoutMs)
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    })
    let output = ''
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_LIMIT)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) =>
      reject(deadline.aborted ? new Error(`${program} did not end within ${timeoutMs / 1000} s`, { cause: error }) : error),
    )
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** Last line that says something, for a message of one sentence. */
export function lastLine(output: string): string {
  const lines = output.split('\n').map((line) => line.trim())
  return lines.findLast((line) => line !== '') ?? 'it printed nothing'
}
