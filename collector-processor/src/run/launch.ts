import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { isInForeground } from './terminal.ts'

/** How a program ended, or that it could not be started. */
export type End =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'not started'; readonly error: NodeJS.ErrnoException }

/** Exit codes of shells: POSIX, 2.8.2. */
const [NOT_EXECUTABLE, NOT_FOUND, SIGNALLED] = [126, 127, 128]

/** Signals that are for the program, and not for us. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const
/** Those of them that a terminal sends to all processes in its foreground itself. */
const BY_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT', 'SIGHUP'])

/**
 * Runs a program in our place: with our input and outputs, in our process group, and with each signal that we get passed on to it once.
 * @returns resolves when it has ended; never rejects
 */
export function launch(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<End> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', env })
    const stopForwarding = forwardSignals(child)
    const ended = (end: End): void => {
      stopForwarding()
      resolve(end)
    }
    child.once('error', (error) => {
      // After the start it is only a signal that could not be sent.
      if (child.pid === undefined) ended({ kind: 'not started', error })
    })
    child.once('exit', (code, signal) => ended(signal === null ? { kind: 'code', code: code ?? 0 } : { kind: 'signal', signal }))
  })
}

function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    if (!BY_TERMINAL.has(signal) || !isInForeground()) child.kill(signal)
  }
  for (const signal of FORWARDED) process.on(signal, forward)
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward)
  }
}

/** Ends this process as the program ended, for the one who waits for us: with its exit code, or by the same signal. */
export function endLike(end: End): number {
  if (end.kind === 'not started') return end.error.code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE
  if (end.kind === 'code') return end.code
  process.removeAllListeners(end.signal)
  process.kill(process.pid, end.signal)
  // It did not end us: then at least as a shell would say it.
  return SIGNALLED + constants.signals[end.signal]
}
