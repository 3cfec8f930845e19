import { spawn } from 'node:child_process'
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
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const deadline = performance.now() + request.seconds * 1_000 + PATIENCE_MS
  const over = performance.now() + request.seconds * 1_000
  // A short process among several is done before the time is over; the others are waited for.
  const isOver = () => hasEnded() || signal.aborted || performance.now() > deadline
  await waitUntil(() => isOver() || performance.now() > over)
  const answers = await waitForAnswers(request.folder, isOver)
  await endGroup(child.pid ?? 0)
  return answers.length > 0 ? answersIn(request.folder) : answers
}

async function waitUntil(isOver: () => boolean): Promise<void> {
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** How long programs may take to end before they are killed. */
const ENDING_MS = 5_000

/** Ends a group of processes, and waits until all are gone. */
async function endGroup(group: number): Promise<void> {
  if (group === 0 || !signalled(group, 'SIGTERM')) return
  const deadline = performance.now() + ENDING_MS
  await waitUntil(() => !signalled(group, 0) || performance.now() > deadline)
  signalled(group, 'SIGKILL')
}

/** Whether there was anybody to send the signal to. */
function signalled(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal)
  } catch {
    return false
  }
}
