import { AsyncLocalStorage } from 'node:async_hooks'
import { trace } from '@opentelemetry/api'
import type { OnLoopRecorder } from './on-loop-recorder.ts'
import type { SegmentLabels } from './segment-ring.ts'

/** The call that the running code belongs to: it goes with every `await`, timer and callback that the call leads to. */
export const currentCall = new AsyncLocalStorage<FollowedCall | undefined>()

/** Callers that a stretch of time is counted for; deeper recursion leaves its outermost callers out. */
const MOST_CALLERS = 64

/** One call of a function that is followed through what it waits for. */
export class FollowedCall {
  readonly of: FollowedFunction
  /** What the segments of its time are labelled with. */
  labels: SegmentLabels
  readonly #start: number
  #caller: FollowedCall | undefined
  #isOver = false
  /** The window that it began in, if one was open: only then is all seen that it does. */
  readonly #window: number
  /** When its synchronous part was over, where that was looked at. */
  #returned: number | undefined
  #longestMs = 0
  #task = 0
  #taskMs = 0

  constructor(of: FollowedFunction, caller: FollowedCall | undefined, start: number) {
    this.of = of
    this.labels = of.labels
    this.#caller = caller?.running
    this.#start = start
    this.#window = of.recorder.window
  }

  /** Runs the part of the call that is synchronous, and lets the rest know whose it is. */
  run<T>(work: () => T): T {
    const { recorder } = this.of
    const outer = recorder.enter(this, this.#start)
    try {
      return currentCall.run(this, work)
    } finally {
      this.#returned = recorder.leave(outer)
    }
  }

  /** The span that is active now is the one of this call, or around it. */
  labelWithSpan(): void {
    const span = trace.getActiveSpan()
    if (span?.isRecording() !== true) return
    const { traceId, spanId } = span.spanContext()
    this.labels = { ...this.of.labels, traceId, spanId }
  }

  /**
   * The call is over: what it leaves behind is not counted for it.
   * @param now when it was over, in milliseconds on the clock of the recorder
   * @returns the longest time that it held the event loop at a stretch, in milliseconds, where all of it was seen
   */
  end(now: number = this.of.recorder.now()): number | undefined {
    if (this.#isOver) return undefined
    this.#isOver = true
    this.of.ended(this.#start, now)
    return this.#window !== 0 && this.#window === this.of.recorder.window ? this.#longestMs : undefined
  }

  /** The call was over when its synchronous part was: what we do after that is not its waiting. */
  endAtReturn(): void {
    this.end(this.#returned)
  }

  /** The call returned something of which nobody knows when it ends: nothing of its function can be told any more. */
  giveUp(): void {
    this.end()
    this.of.giveUp()
  }

  /**
   * The call itself, or the one nearest to it among its callers that is not over. Those that are over are dropped on the way, because
   * a call that starts the next one for ever would keep them all.
   */
  get running(): FollowedCall | undefined {
    let caller = this.#caller
    while (caller !== undefined && caller.#isOver) caller = caller.#caller
    this.#caller = caller
    return this.#isOver ? caller : this
  }

  /** It, or what it called, held the event loop for so many milliseconds; a task is what runs without a break. */
  held(milliseconds: number, task: number): void {
    let call = this.running
    for (let callers = 0; call !== undefined && callers <= MOST_CALLERS; callers++) {
      call.of.onLoopMs += milliseconds
      call.#taskMs = (call.#task === task ? call.#taskMs : 0) + milliseconds
      call.#task = task
      if (call.#taskMs > call.#longestMs) call.#longestMs = call.#taskMs
      call = call.#caller?.running
    }
  }
}

/** A function whose calls are followed: sums over these calls, in milliseconds. */
export class FollowedFunction {
  readonly name: string
  readonly labels: SegmentLabels
  readonly recorder: OnLoopRecorder
  /** Time within windows in which one of its calls, or what that called, held the event loop. */
  onLoopMs = 0
  /** Calls that were followed. */
  begun = 0
  /** Whether what its calls return says when they are over. */
  isKnown = true
  #running = 0
  #endedMs = 0
  #starts = 0

  constructor(name: string, recorder: OnLoopRecorder) {
    this.name = name
    this.labels = { function: name }
    this.recorder = recorder
  }

  /** A call begins now. */
  begin(): FollowedCall {
    const caller = currentCall.getStore()
    this.recorder.within(caller)
    this.recorder.begins()
    const now = this.recorder.now()
    this.begun++
    this.#running++
    this.#starts += now
    return new FollowedCall(this, caller, now)
  }

  /** A call is over that began at `start`. */
  ended(start: number, now: number): void {
    this.#running--
    this.#starts -= start
    this.#endedMs += now - start
  }

  giveUp(): void {
    this.isKnown = false
  }

  /** Whether one of its calls is not over. */
  get isRunning(): boolean {
    return this.#running > 0
  }

  /** Time from the beginning to the end of its calls; of those that are not over, up to now. */
  durationMs(now: number): number {
    return this.#endedMs + this.runningMs(now)
  }

  /** The same of those that are not over. */
  runningMs(now: number): number {
    return this.#running * now - this.#starts
  }
}
