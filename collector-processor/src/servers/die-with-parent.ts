import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'

/**
 * The shell turns into the program itself (`exec`), so that the program's process id is our child's. What it leaves behind waits on a pipe from us: the
 * kernel closes that pipe when we end, in whatever way, `kill -9` included, and then the program and all it started are ended. Plain POSIX, for Linux and macOS.
 * The waiting shell stays a member of the process group, so that the group's number cannot pass to others before it looks.
 */
const script = `
exec 3<&0 </dev/null
(
  trap '' INT HUP TERM
  while read -r _ <&3; do :; done
  kill -TERM -$$ 2>/dev/null
  for _ in 1 2 3 4 5 6; do kill -0 $$ 2>/dev/null || exit 0; sleep 0.5; done
  kill -KILL -$$ 2>/dev/null
) &
exec 3<&-
exec "$@"
`

/** How such a program is started. */
export interface DyingOptions {
  readonly cwd?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where its standard output and standard error go: a file that is open, or a pipe. */
  readonly output: number | 'pipe'
}

/**
 * Starts a program that ends when this process ends, with everything that it started. It has a session of its own, so that Ctrl-C reaches it through us
 * only. `child.stdin` is what it lives by: destroying it ends the program.
 */
export function spawnDying(program: string, args: readonly string[], { cwd, env, output }: DyingOptions): ChildProcess {
  const child = spawn('/bin/sh', ['-c', script, 'sh', program, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...env },
    stdio: ['pipe', output, output],
    detached: true,
  })
  child.stdin?.on('error', () => {})
  if (child.stdin instanceof Socket) child.stdin.unref()
  // Tells the waiting shell that there is nothing left to end.
  child.once('exit', () => child.stdin?.destroy())
  return child
}
