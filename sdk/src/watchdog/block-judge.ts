import { BLOCK_THRESHOLD_MS } from '../sampling/blocked-time.ts'
import type { BlockCause } from './block.ts'

/** Loops that stand still for less, in milliseconds, are left to the loop's own delay, which has no names. */
export const BLOCK_MS = 100

/**
 * A look so shortly before the end, in milliseconds, may have come just after the block: into code that is innocent, or
 * into the caller of what has returned. It counts where a native call held up the only look there is.
 */
const EDGE_MS = 5

/** Where of a turn only its end is known: so much of the time since it had not begun may be no part of it, and is not counted. */
const UNSURE_MS = 250

/** What is known of a turn of the loop that was long. All times in milliseconds. */
export interface Turn<L extends Look> {
  /** When it had not begun. */
  readonly startMs: number
  readonly endMs: number
  /** How long it took; undefined where that is not known, 0 where it is known of nothing but a stop. */
  readonly longestMs: number | undefined
  /** Time that profiled functions have already reported as blocked by them. */
  readonly reportedMs: number
  /** Time of garbage collections. */
  readonly gcMs: number
  /** Time that the agent's thread waited for a processor. */
  readonly waitedMs: number
  /** Time that the watchdog's thread could not run either: the process was stopped, the machine slept. */
  readonly stoppedMs: number
  readonly looks: readonly L[]
}

/** That the watchdog looked at the agent's thread, and when. */
export interface Look {
  readonly atMs: number
  /** Whether it had to wait for a native call to end, which came just before it. */
  readonly afterNative: boolean
}

/** What is to be said of a block. */
export interface Verdict<L extends Look> {
  readonly startMs: number
  readonly durationMs: number
  readonly cause: BlockCause
  /** The look that stands for the longest part of the block. */
  readonly look: L | undefined
  /** The host's part of what nobody has reported, 0 unless it passes the threshold of blocked time. */
  readonly hostMs: number
  /** The code's part. The rest is garbage collection, which reports itself. */
  readonly codeMs: number
}

/**
 * Says whether a turn of the loop was a block, and why; nothing where code would have to be blamed unseen.
 * @param same whether two looks have seen the same function
 */
export function judge<L extends Look>(turn: Turn<L>, same: (one: L, other: L) => boolean): Verdict<L> | undefined {
  const elapsed = turn.endMs - turn.startMs
  const stoppedMs = Math.min(turn.stoppedMs, elapsed)
  const longestMs = Math.min(turn.longestMs ?? Math.max(0, elapsed - UNSURE_MS), elapsed)
  // The other thread may have slept for a part of the stop. Only a look is a sign that it was not the whole block.
  const isStop = stoppedMs >= (turn.looks.length > 0 ? longestMs / 2 : BLOCK_THRESHOLD_MS)
  const durationMs = isStop ? Math.max(longestMs, stoppedMs) : longestMs
  if (durationMs < BLOCK_MS) return undefined
  const unreportedMs = Math.max(0, durationMs - turn.reportedMs)
  const startMs = turn.endMs - durationMs
  if (isStop) return { startMs, durationMs, cause: 'host', look: undefined, hostMs: unreportedMs, codeMs: 0 }
  // The collector's helper threads keep this one waiting for a processor too: that is the collection.
  const gcMs = Math.min(turn.gcMs, durationMs)
  const waitedMs = Math.min(turn.waitedMs, durationMs - gcMs)
  // Code that would have held the loop for too long by itself is to blame, however much came on top of it.
  const isCode = durationMs - gcMs - waitedMs >= Math.min(BLOCK_MS, durationMs / 2)
  const cause = isCode ? 'code' : waitedMs > gcMs ? 'host' : 'gc'
  // Short waits for a processor are part of any code's time.
  const hostMs = waitedMs < BLOCK_THRESHOLD_MS ? 0 : Math.min(waitedMs, unreportedMs)
  const codeMs = Math.max(0, unreportedMs - hostMs - gcMs)
  const look = longestLook(turn.looks, startMs, turn.endMs, same)
  // Nobody has seen that it was code: a short stop looks the same.
  return cause === 'code' && look === undefined ? undefined : { startMs, durationMs, cause, look, hostMs, codeMs }
}

/** A look stands for the time since the one before it, and the last one also for the time after it. */
function longestLook<L extends Look>(
  all: readonly L[],
  startMs: number,
  endMs: number,
  same: (one: L, other: L) => boolean,
): L | undefined {
  const inside = all.filter(({ atMs }) => endMs - atMs >= EDGE_MS)
  const looks = inside.length > 0 ? inside : all.filter(({ afterNative }) => afterNative)
  const times = looks.map(({ atMs }, index) => (index === looks.length - 1 ? endMs : atMs) - (looks[index - 1]?.atMs ?? startMs))
  const timeOf = (look: L) => looks.reduce((sum, other, index) => sum + (same(look, other) ? (times[index] ?? 0) : 0), 0)
  return looks.toSorted((one, other) => timeOf(other) - timeOf(one))[0]
}
