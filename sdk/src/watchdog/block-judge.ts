import type { BlockCause } from './block.ts'

/** Loops that stand still for less, in milliseconds, are left to the loop's own delay, which has no names. */
export const BLOCK_MS = 100

/** What is known of the time between two heartbeats. All times in milliseconds. */
export interface BeatInterval<L extends Look> {
  readonly startMs: number
  readonly endMs: number
  /** Time that the loop was not waiting for events. */
  readonly activeMs: number
  /** The longest iteration of the loop; undefined before Node.js 24, which does not time each one. */
  readonly longestMs: number | undefined
  /** Time that profiled functions have already reported as blocked by them. */
  readonly reportedMs: number
  /** Time of garbage collections. */
  readonly gcMs: number
  /** Time that the agent's thread waited for a processor, or nobody in the process ran. */
  readonly hostMs: number
  readonly looks: readonly L[]
}

/** That the watchdog looked at the agent's thread, and when. */
export interface Look {
  readonly atMs: number
}

/** What is to be said of a block. */
export interface Verdict<L extends Look> {
  readonly startMs: number
  readonly durationMs: number
  readonly cause: BlockCause
  /** The look that stands for the longest part of the block. */
  readonly look: L | undefined
  /** What of its time nobody has reported: the host's part, and the code's. The rest is garbage collection, which reports itself. */
  readonly hostMs: number
  readonly codeMs: number
}

/**
 * Says whether the loop stood still between two heartbeats, and why.
 * @param same whether two looks have seen the same function
 */
export function judge<L extends Look>(interval: BeatInterval<L>, same: (one: L, other: L) => boolean): Verdict<L> | undefined {
  const elapsed = interval.endMs - interval.startMs
  // Without the longest iteration, work of before the block, less than a beat's, is taken for a part of it.
  const durationMs = Math.min(interval.longestMs ?? interval.activeMs, interval.activeMs, elapsed)
  if (durationMs < BLOCK_MS) return undefined
  const hostMs = Math.min(interval.hostMs, durationMs)
  const gcMs = Math.min(interval.gcMs, durationMs - hostMs)
  const cause = hostMs >= durationMs / 2 ? 'host' : gcMs >= durationMs / 2 ? 'gc' : 'code'
  const startMs = interval.endMs - durationMs
  const unreportedMs = Math.max(0, durationMs - interval.reportedMs)
  const unreportedHostMs = Math.min(hostMs, unreportedMs)
  return {
    startMs,
    durationMs,
    cause,
    look: longestLook(interval, same),
    hostMs: unreportedHostMs,
    codeMs: Math.max(0, unreportedMs - unreportedHostMs - gcMs),
  }
}

/** A look stands for the time since the one before it, and the last one also for the time after it. */
function longestLook<L extends Look>({ looks, startMs, endMs }: BeatInterval<L>, same: (one: L, other: L) => boolean): L | undefined {
  const times = looks.map(({ atMs }, index) => (index === looks.length - 1 ? endMs : atMs) - (looks[index - 1]?.atMs ?? startMs))
  const timeOf = (look: L) => looks.reduce((sum, other, index) => sum + (same(look, other) ? (times[index] ?? 0) : 0), 0)
  return looks.toSorted((one, other) => timeOf(other) - timeOf(one))[0]
}
