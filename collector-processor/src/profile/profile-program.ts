import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type ProfileRequest, profileRequests } from '@pitwall/sdk/contract'
import { type Answer, answersIn, PATIENCE_MS, waitForAnswers } from './answers.ts'

/**
 * Starts a program with a profile of it and of every Node.js process that it starts, from their first lines on. It is
 * ended when the time is over; where it ends before, so does the profile.
 */
export async function profileProgram(
  command: string,
  request: ProfileRequest,
  { env, signal }: { readonly env: Readonly<Record<string, string | undefined>>; readonly signal: AbortSignal },
): Promise<Answer[]> {
  const child = spawn(command, {
    shell: true,
    // A group of its own, so that it is ended with what it started.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...env,
      NODE_OPTIONS: `${env['NODE_OPTIONS'] ?? ''} --import ${import.meta.resolve('@pitwall/sdk/profile')}`.trim(),
      [profileRequests.startVariable]: JSON.stringify(request),
    },
  })
  const exit = once(child, 'exit')
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const deadline = performance.now() + request.seconds * 1_000 + PATIENCE_MS
  const over = performance.now() + request.seconds * 1_000
  // A short process among several is done before the time is over; the others are waited for.
  const isOver = () => hasEnded() || signal.aborted || performance.now() > deadline
  await waitUntil(() => isOver() || performance.now() > over)
  const answers = await waitForAnswers(request.folder, isOver)
  if (!hasEnded()) {
    end(child.pid)
    await exit
  }
  return answers.length > 0 ? answersIn(request.folder) : answers
}

async function waitUntil(isOver: () => boolean): Promise<void> {
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Ends a group of processes. */
function end(group: number | undefined): void {
  try {
    if (group !== undefined) process.kill(-group, 'SIGTERM')
  } catch {
    // It ended by itself.
  }
}
