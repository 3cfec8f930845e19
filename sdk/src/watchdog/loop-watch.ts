import { performance } from 'node:perf_hooks'
import { type CallSiteObject, getCallSites } from 'node:util'
import { type Span, trace } from '@opentelemetry/api'
import type { BlockedTime } from '../sampling/blocked-time.ts'
import { type BeatInterval, BLOCK_MS, judge, type Look, type Verdict } from './block-judge.ts'
import { GcPauses } from './gc-pauses.ts'
import { timeIterations } from './longest-iteration.ts'
import { openScheduling } from './scheduling.ts'
import { type SharedMemory, systemNow } from './shared-memory.ts'
import { blamedFrame, framesBelowLook } from './stack.ts'

/** Frames that are kept of a block. */
const STACK_DEPTH = 32
/** Frames of the look itself, on top of them. */
const LOOK_DEPTH = 3
/** Less than this of active time since the heartbeat, in milliseconds, and the loop is not blocked: it waited for events in between. */
const MIN_ACTIVE_MS = 50
/** After a block, the time until all is known of it: the end of its iteration, its garbage collections, who was stopped. */
const SETTLE_MS = 20

/** What was seen of the agent's thread during a block. */
export interface StackLook extends Look {
  readonly frames: readonly CallSiteObject[]
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
    if (now.activeMs - last.activeMs < BLOCK_MS) return
    const settle = () => {
      clearTimeout(timer)
      this.#settle = undefined
      this.#report(last, now, looks)
    }
    const timer = setTimeout(settle, SETTLE_MS).unref()
    this.#settle = settle
  }

  /**
   * Notes what the thread is doing, from a call on top of its stack.
   * @param beat the heartbeat that was too old
   */
  look(beat: number): void {
    // The block may have ended meanwhile; what runs now is innocent.
    if (beat !== this.#memory.beat || performance.eventLoopUtilization().active - this.#last.activeMs < MIN_ACTIVE_MS) return
    const frames = framesBelowLook(getCallSites(STACK_DEPTH + LOOK_DEPTH, { sourceMap: false }))
    if (frames.length > 0) this.#looks.push({ atMs: performance.now(), frames, span: trace.getActiveSpan() })
  }

  /** Judges the last block and ends. */
  stop(): void {
    this.#settle?.()
    this.#scheduling?.close()
    this.#iterations.stop()
    this.#pauses.stop()
  }

  #report(last: Readings, now: Readings, looks: readonly StackLook[]): void {
    const interval: BeatInterval<StackLook> = {
      startMs: last.nowMs,
      endMs: now.nowMs,
      activeMs: now.activeMs - last.activeMs,
      longestMs: this.#iterations.take(),
      reportedMs: now.reportedMs - last.reportedMs,
      gcMs: this.#pauses.take(last.nowMs, now.nowMs),
      hostMs: Math.max(now.waitedMs - last.waitedMs, this.#memory.stoppedMs - last.stoppedMs),
      looks,
    }
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

function sameFunction(one: StackLook, other: StackLook): boolean {
  const [here, there] = [blamedFrame(one.frames), blamedFrame(other.frames)]
  return here?.functionName === there?.functionName && here?.scriptName === there?.scriptName
}
