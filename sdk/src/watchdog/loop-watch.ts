import { performance } from 'node:perf_hooks'
import { type Span, trace } from '@opentelemetry/api'
import { BLOCK_THRESHOLD_MS, type BlockedTime } from '../sampling/blocked-time.ts'
import { type BeatInterval, BLOCK_MS, judge, type Look, type Verdict } from './block-judge.ts'
import { interruptedStack, type RawFrame } from './call-stack.ts'
import { GcPauses } from './gc-pauses.ts'
import { timeIterations } from './longest-iteration.ts'
import { openScheduling } from './scheduling.ts'
import { type SharedMemory, systemNow } from './shared-memory.ts'
import { blamedFrame } from './stack.ts'
import { BEAT_MS } from './stall-watch.ts'

/** Frames that are kept of a block. */
const STACK_DEPTH = 32
/** A look that comes so many milliseconds after it was asked for had to wait for a native call to end. */
const NATIVE_MS = 10
/** Less than this of active time since the heartbeat, in milliseconds, and the loop is not blocked: it waited for events in between. */
const MIN_ACTIVE_MS = 50
/** After a block, the time until all is known of it: the end of its iteration, its garbage collections, who was stopped. */
const SETTLE_MS = 20

/** What was seen of the agent's thread during a block. */
export interface StackLook extends Look {
  readonly frames: readonly RawFrame[]
  /** The function that holds the loop, if one of the agent's does. */
  readonly blamed: RawFrame | undefined
  /** The active span of what was running. */
  readonly span: Span | undefined
}

/** What is known at a heartbeat; the differences between two of them are the interval. */
interface Readings {
  readonly nowMs: number
  readonly activeMs: number
  readonly waitedMs: number
  readonly stoppedMs: number
  readonly reportedMs: number
}

/** Who says what is known of a block, and counts it. */
export type BlockListener = (verdict: Verdict<StackLook>, blockedTime: BlockedTime) => void

/** The part of the watchdog on the agent's thread: gives heartbeats, notes what is running when it is asked, and judges what was a block. */
export class LoopWatch {
  readonly #memory: SharedMemory
  readonly #blockedTime: BlockedTime
  readonly #onBlock: BlockListener
  readonly #scheduling = openScheduling()
  readonly #iterations = timeIterations()
  readonly #pauses = new GcPauses()
  #last: Readings
  #looks: StackLook[] = []
  /** Milliseconds that this watch itself has reported. */
  #ownMs = 0
  /** Of the time that nobody ran, what has been judged. */
  #stoppedMs = 0
  #settle: (() => void) | undefined

  constructor(memory: SharedMemory, blockedTime: BlockedTime, onBlock: BlockListener) {
    this.#memory = memory
    this.#blockedTime = blockedTime
    this.#onBlock = onBlock
    this.#last = this.#read()
    memory.beat = systemNow()
  }

  /** The loop has turned. */
  beat(): void {
    this.#settle?.()
    const looks = this.#looks
    const last = this.#last
    const now = (this.#last = this.#read())
    this.#looks = []
    this.#memory.beat = systemNow()
    if (now.activeMs - last.activeMs < BLOCK_MS && now.nowMs - last.nowMs < BEAT_MS + BLOCK_THRESHOLD_MS) return
    const settle = () => {
      clearTimeout(timer)
      this.#settle = undefined
      this.#report(last, now, looks)
    }
    // The immediate lets the iteration end that the timer is in: it may still be the one of the block.
    const timer = setTimeout(() => void setImmediate(() => this.#settle === settle && settle()), SETTLE_MS).unref()
    this.#settle = settle
  }

  /**
   * Notes what the thread is doing, from a call on top of its stack.
   * @param beat the heartbeat that was too old
   * @param askedAt when it was asked to, on the clock of the system
   */
  look(beat: number, askedAt: number): void {
    // The block may have ended meanwhile; what runs now is innocent.
    if (beat !== this.#memory.beat || performance.eventLoopUtilization().active - this.#last.activeMs < MIN_ACTIVE_MS) return
    const afterNative = systemNow() - askedAt >= NATIVE_MS
    const frames = interruptedStack(STACK_DEPTH)
    if (frames.length === 0) return
    this.#looks.push({
      atMs: performance.now(),
      afterNative,
      frames,
      blamed: blamedFrame(frames, afterNative),
      span: trace.getActiveSpan(),
    })
  }

  /** Judges the last block and ends. */
  stop(): void {
    this.#settle?.()
    this.#scheduling?.close()
    this.#iterations.stop()
    this.#pauses.stop()
  }

  #report(last: Readings, now: Readings, looks: readonly StackLook[]): void {
    // Whatever happened between the heartbeat and a settling that is late belongs to the next interval.
    const inTime = performance.now() - now.nowMs < SETTLE_MS + BLOCK_THRESHOLD_MS
    const stoppedMs = inTime ? this.#memory.stoppedMs : now.stoppedMs
    const interval: BeatInterval<StackLook> = {
      startMs: last.nowMs,
      endMs: now.nowMs,
      activeMs: now.activeMs - last.activeMs,
      longestMs: inTime ? this.#iterations.take() : undefined,
      reportedMs: now.reportedMs - last.reportedMs,
      gcMs: this.#pauses.take(last.nowMs, now.nowMs),
      waitedMs: now.waitedMs - last.waitedMs,
      stoppedMs: stoppedMs - Math.max(last.stoppedMs, this.#stoppedMs),
      looks,
    }
    this.#stoppedMs = stoppedMs
    const verdict = judge(interval, (one, other) => sameFunction(one, other))
    if (verdict === undefined) return
    const before = this.#blockedTime.reported
    this.#onBlock(verdict, this.#blockedTime)
    this.#ownMs += this.#blockedTime.reported - before
  }

  #read(): Readings {
    return {
      nowMs: performance.now(),
      activeMs: performance.eventLoopUtilization().active,
      waitedMs: this.#scheduling?.read().waitedMs ?? 0,
      stoppedMs: this.#memory.stoppedMs,
      reportedMs: this.#blockedTime.reported - this.#ownMs,
    }
  }
}

function sameFunction({ blamed: one }: StackLook, { blamed: other }: StackLook): boolean {
  return one?.functionName === other?.functionName && one?.scriptName === other?.scriptName
}
