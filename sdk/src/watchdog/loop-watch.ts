import { performance } from 'node:perf_hooks'
import { type Span, trace } from '@opentelemetry/api'
import { BLOCK_THRESHOLD_MS, type BlockedTime } from '../sampling/blocked-time.ts'
import { judge, type Look, type Verdict } from './block-judge.ts'
import { interruptedStack, type RawFrame } from './call-stack.ts'
import { GcPauses } from './gc-pauses.ts'
import { openScheduling } from './scheduling.ts'
import { type SharedMemory, systemNow } from './shared-memory.ts'
import { blamedFrame } from './stack.ts'
import type { Before } from './thread.ts'
import type { TurnCount } from './turn-count.ts'

/** Frames that are kept of a block. */
const STACK_DEPTH = 32
/** A look that comes so many milliseconds after it was asked for had to wait for a native call to end. */
const NATIVE_MS = 10
/** After a block, the time until all is known of it: the end of its turn, its garbage collections, who was stopped. */
const SETTLE_MS = 20

/** What was seen of the agent's thread during a block. */
export interface StackLook extends Look {
  readonly frames: readonly RawFrame[]
  /** The function that holds the loop, if one of the agent's does. */
  readonly blamed: RawFrame | undefined
  /** The active span of what was running. */
  readonly span: Span | undefined
}

/** Who says what is known of a block, and counts it. */
export type BlockListener = (verdict: Verdict<StackLook>, blockedTime: BlockedTime) => void

/** A turn that has been looked into, and is not over. */
interface HeldTurn {
  readonly before: Before
  readonly looks: StackLook[]
}

/** The part of the watchdog on the agent's thread: notes what is running when it is asked, and judges what was a block. */
export class LoopWatch {
  readonly #memory: SharedMemory
  readonly #turns: TurnCount
  readonly #blockedTime: BlockedTime
  readonly #onBlock: BlockListener
  readonly #scheduling = openScheduling()
  readonly #pauses = new GcPauses()
  /** Of the clock of this thread, ahead of that of the system. */
  readonly #aheadMs = performance.now() - systemNow()
  #held: HeldTurn | undefined
  /** The last turn that is over, by its name. */
  #overAt = 0
  #settle: (() => void) | undefined

  constructor(memory: SharedMemory, turns: TurnCount, blockedTime: BlockedTime, onBlock: BlockListener) {
    this.#memory = memory
    this.#turns = turns
    this.#blockedTime = blockedTime
    this.#onBlock = onBlock
  }

  /**
   * Notes what the thread is doing, from a call on top of its stack.
   * @param before what was known before the turn that is meant
   * @param askedAt when it was asked to, on the clock of the system
   */
  look(before: Before, askedAt: number): void {
    // The turn may have ended meanwhile; what runs now is innocent.
    if (this.#turns.histogram.count !== before.turns) return
    const afterNative = systemNow() - askedAt >= NATIVE_MS
    const frames = interruptedStack(STACK_DEPTH)
    this.#memory.foundWaiting = frames.length === 0
    if (frames.length === 0) return
    if (this.#held?.before.at !== before.at) this.#hold(before)
    this.#held?.looks.push({
      atMs: performance.now(),
      afterNative,
      frames,
      blamed: blamedFrame(frames, afterNative),
      span: trace.getActiveSpan(),
    })
  }

  /** A turn is over that nobody may have seen anything of, or a time in which the process was stopped. */
  over(before: Before, isLookedInto: boolean): void {
    if (before.at <= this.#overAt || before.at === this.#held?.before.at) return
    this.#end({ before, looks: [] }, isLookedInto)
  }

  /** Judges the last block and ends. */
  stop(): void {
    this.#settle?.()
    this.#scheduling?.close()
    this.#turns.histogram.disable()
    this.#pauses.stop()
  }

  #hold(before: Before): void {
    const held = (this.#held = { before, looks: [] })
    // Runs as the turn ends. V8 lets us in between two instructions, but never while Node.js links an immediate: it calls nothing then.
    setImmediate(() => this.#end(held, true))
  }

  #end({ before, looks }: HeldTurn, isLookedInto: boolean): void {
    this.#settle?.()
    this.#held = undefined
    this.#overAt = before.at
    const endMs = performance.now()
    const waitedMs = Math.max(0, (this.#scheduling?.read().waitedMs ?? 0) - before.waitedMs)
    const settle = () => {
      clearTimeout(timer)
      this.#settle = undefined
      // What has happened since then, where this is late, belongs to another turn.
      const inTime = performance.now() - endMs < SETTLE_MS + BLOCK_THRESHOLD_MS
      const isTimed = inTime && this.#turns.isOfEveryTurn
      const startMs = before.at + this.#aheadMs
      const longestMs = isLookedInto ? (isTimed ? this.#turns.histogram.max / 1e6 : undefined) : 0
      const beginMs = longestMs === undefined ? startMs : endMs - longestMs
      const verdict = judge(
        {
          startMs,
          endMs,
          longestMs,
          reportedMs: this.#blockedTime.reportedBetween(beginMs, endMs),
          gcMs: this.#pauses.take(beginMs, endMs),
          waitedMs,
          stoppedMs: this.#memory.stoppedMs - before.stoppedMs,
          looks,
        },
        sameFunction,
      )
      if (verdict !== undefined) this.#onBlock(verdict, this.#blockedTime)
    }
    // The immediate lets the turn end that the timer is in: it may still be the one of the block.
    const timer = setTimeout(() => void setImmediate(() => this.#settle === settle && settle()), SETTLE_MS).unref()
    this.#settle = settle
  }
}

function sameFunction({ blamed: one }: StackLook, { blamed: other }: StackLook): boolean {
  return one?.functionName === other?.functionName && one?.scriptName === other?.scriptName
}
