import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A profile that a process has written, whole. */
export interface Answer {
  readonly file: string
  readonly pid: number
  /** CPU milliseconds, or bytes allocated, that it tells of. */
  readonly amount: number
}

/** What processes have written into a folder, the one with most to tell first. */
export async function answersIn(folder: string): Promise<Answer[]> {
  const answers = (await readdir(folder)).flatMap((name): Answer[] => {
    const [, amount, pid] = /^(\d+)-(\d+)\.(?:pb\.gz|folded)$/.exec(name) ?? []
    return amount === undefined || pid === undefined ? [] : [{ file: join(folder, name), pid: Number(pid), amount: Number(amount) }]
  })
  return answers.toSorted((one, other) => other.amount - one.amount)
}

const ASK_EVERY_MS = 50

/** Waits until something has been written, or `isOver`; gives what there is then. */
export async function waitForAnswers(folder: string, isOver: () => boolean): Promise<Answer[]> {
  for (;;) {
    const over = isOver()
    const answers = await answersIn(folder)
    if (over || answers.length > 0) return answers
    await delay(ASK_EVERY_MS)
  }
}

/** Beyond the time that was asked for: an event loop that is held, source maps that are read. */
export const PATIENCE_MS = 15_000
