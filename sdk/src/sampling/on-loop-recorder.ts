import type { Clock } from '../clock.ts'
import type { FollowedCall } from './followed-call.ts'
import type { SegmentRing } from './segment-ring.ts'

/** Tasks within tasks that are told apart; Node.js has two or three. */
const DEEPEST = 64

/**
 * Times, within windows, for which call the event loop was held. It is told of every change from one call to another: by the hooks
 * around each task (a promise's reaction, a timer, a callback), and by the calls of followed functions.
 */
export class OnLoopRecorder {
  /** Number of the open window; 0 while none is. */
  window = 0
  /** Changes that it was told of. */
  changes = 0
  readonly #clock: Clock
  readonly #ring: SegmentRing | undefined
  readonly #outer: (FollowedCall | undefined)[] = Array.from({ length: DEEPEST }, () => undefined)
  #depth = 0
  /** Number of the task that runs; what runs within it without a break belongs to it. */
  #task = 0
  #current: FollowedCall | undefined
  #since = 0
  #windows = 0
  #onFirst: (() => void) | undefined

  /** @param ring keeps the segments of time; undefined where nobody asks for them */
  constructor(clock: Clock, ring?: SegmentRing) {
    this.#clock = clock
    this.#ring = ring
  }

  /** Milliseconds on its clock. */
  now(): number {
    return this.#clock.now()
  }

  /**
   * Opens a window.
   * @param onFirst called when the first call begins: until then hooks would have nothing to tell
   */
  open(onFirst: () => void): void {
    this.window = ++this.#windows
    this.#onFirst = onFirst
    this.#depth = 0
    this.#current = undefined
    this.#since = this.#clock.now()
  }

  /** Closes the window; what is running is counted up to now. */
  close(): void {
    this.#switch(undefined)
    this.window = 0
    this.#onFirst = undefined
    this.#outer.fill(undefined)
  }

  /** A call is about to begin. */
  begins(): void {
    const onFirst = this.#onFirst
    this.#onFirst = undefined
    onFirst?.()
  }

  /** A task of a call begins, perhaps within another one. */
  before(call: FollowedCall | undefined): void {
    if (this.window === 0) return
    if (this.#depth === 0) this.#task++
    if (this.#depth < DEEPEST) this.#outer[this.#depth] = this.#current
    this.#depth++
    this.#switch(call)
  }

  /** The task that began last is over. One that began before the window has nothing to return to. */
  after(): void {
    if (this.window === 0) return
    if (this.#depth > 0) this.#depth--
    this.#switch(this.#depth < DEEPEST ? this.#outer[this.#depth] : undefined)
    if (this.#depth < DEEPEST) this.#outer[this.#depth] = undefined
  }

  /** Whether the task that runs was not told. */
  get isUntold(): boolean {
    return this.window !== 0 && this.#depth === 0 && this.#current === undefined
  }

  /**
   * The running code belongs to this call, or to none. V8 tells nothing of a task that goes on after an `await` from before the hooks; it runs right
   * after one that is told, and is recognized by the promises that it makes and settles: at its next `await`, or its end.
   */
  within(call: FollowedCall | undefined): void {
    if (!this.isUntold) return
    this.changes++
    const now = this.#clock.now()
    if (call !== undefined) this.#held(call, now)
    this.#since = now
  }

  /**
   * A followed function is called; returns what `leave` is to be given when it has returned.
   * @param start when the call began
   */
  enter(call: FollowedCall, start: number): FollowedCall | undefined {
    const outer = this.#current
    if (this.window === 0) return outer
    if (this.#depth === 0 && outer === undefined) this.#task++
    this.#switch(call, start)
    return outer
  }

  /** It has returned; tells when, where that was looked at. */
  leave(outer: FollowedCall | undefined): number | undefined {
    return this.window === 0 ? undefined : this.#switch(outer)
  }

  #switch(next: FollowedCall | undefined, at?: number): number | undefined {
    this.changes++
    const current = this.#current
    // When a task is over, one that is not told may follow.
    if (next === current && (next !== undefined || this.#depth > 0)) return undefined
    const now = at ?? this.#clock.now()
    if (current !== undefined) this.#held(current, now)
    this.#current = next
    this.#since = now
    return now
  }

  #held(call: FollowedCall, now: number): void {
    const running = call.running
    if (running === undefined) return
    running.held(now - this.#since, this.#task)
    this.#ring?.add(this.#since, now, running.labels)
  }
}
