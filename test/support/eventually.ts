import { setTimeout as delay } from 'node:timers/promises'

/**
 * Asks until the answer is neither undefined nor false, and gives it back; a question that throws counts as not yet.
 * Fails after the deadline (milliseconds, default 15,000) with what was waited for and the last error.
 */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  { deadlineMs = 15_000, everyMs = 50 }: { readonly deadlineMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const end = performance.now() + deadlineMs
  let last: unknown
  do {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
      last = undefined
    } catch (error) {
      last = error
    }
    await delay(everyMs)
  } while (performance.now() < end)
  throw new Error(`waited ${deadlineMs / 1000} s for: ${what}`, { cause: last })
}
