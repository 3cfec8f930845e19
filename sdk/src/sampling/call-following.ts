import { diag } from '@opentelemetry/api'
import { after, type Clock } from '../clock.ts'
import { cpuWait } from '../contract/index.ts'
import { reason } from '../telemetry/diagnostics.ts'
import type { MetricSink, MetricSource } from '../telemetry/source.ts'
import type { CallStatistics } from './call-statistics.ts'
import { currentCall, FollowedFunction } from './followed-call.ts'
import { CALL_COST_MS, FollowingCost } from './following-cost.ts'
import { OnLoopRecorder } from './on-loop-recorder.ts'
import type { SegmentRing } from './segment-ring.ts'
import type { TaskListener } from './task-hooks.ts'
import { TimeSplit } from './time-split.ts'
import { WINDOW_MS, WindowDuty } from './window-duty.ts'

/** Calls of a function that takes less on average are not followed: what that costs would be counted as their time. */
const LEAST_MS = 0.02
/** From here on calls are followed between windows too, because they are likely to be running when one opens. */
const ALWAYS_MS = 1
/** So are those of functions that are called so seldom that it costs next to nothing. */
const SELDOM_PER_SECOND = 200

/** What following needs of the process. */
export interface FollowingParts {
  readonly clock: Clock
  /** A number from 0 to 1, that excluded: when a window opens is left to chance, so that no timer of the agent keeps step with it. */
  readonly random: () => number
  /** The functions whose calls can be followed. */
  readonly functions: () => Iterable<CallStatistics>
  /** Tells of every task from now on; returns what ends that. */
  readonly hook: (listener: TaskListener) => () => void
  /** Is told what following cost, in milliseconds. */
  readonly spent: (milliseconds: number) => void
  readonly ring?: SegmentRing
  /** Share of the time since it was last asked in which the event loop was busy, from 0 to 1. */
  readonly busy: () => number
}

interface Followed {
  readonly calls: FollowedFunction
  readonly split: TimeSplit
  /** The sums of `calls`, and the calls counted, when the last window opened or closed. */
  durationMs: number
  onLoopMs: number
  count: number
}

/** Follows the calls of functions in windows of time, and tells from these how the time of all calls divides. */
export class CallFollowing implements MetricSource {
  readonly #parts: FollowingParts
  readonly #recorder: OnLoopRecorder
  readonly #cost: FollowingCost
  readonly #duty = new WindowDuty()
  readonly #followed = new Map<CallStatistics, Followed>()
  #isFirstLook = true
  #isStopped = false
  #begun = 0
  #changes = 0
  #closedAt: number
  #intervalEnd: number
  #cancel = () => {}
  #unhook = () => {}

  constructor(parts: FollowingParts) {
    this.#parts = parts
    this.#recorder = new OnLoopRecorder(parts.clock, parts.ring)
    this.#cost = new FollowingCost(parts.clock)
    this.#closedAt = this.#intervalEnd = parts.clock.now()
  }

  /** Begins; returns what ends it. */
  start(): () => void {
    this.#look()
    this.#choose(0)
    this.#plan(1)
    return () => this.#stop()
  }

  collect(sink: MetricSink): void {
    const sums = new Map<string, [number, number]>()
    for (const { calls, split } of this.#followed.values()) {
      if (!calls.isKnown || !split.isKnown) continue
      const [onLoopMs, waitMs] = sums.get(calls.name) ?? [0, 0]
      sums.set(calls.name, [onLoopMs + split.onLoopMs, waitMs + split.waitMs])
    }
    for (const [name, [onLoopMs, waitMs]] of sums) {
      sink.number(cpuWait.cpuTime, { 'code.function.name': name }, onLoopMs / 1_000)
      sink.number(cpuWait.waitTime, { 'code.function.name': name }, waitMs / 1_000)
    }
  }

  /** One window in each interval, at any place of it. */
  #plan(busy: number): void {
    const { clock, random } = this.#parts
    const start = Math.max(this.#intervalEnd, clock.now())
    const length = this.#duty.intervalMs(busy)
    this.#intervalEnd = start + length
    const opening = start + random() * (length - WINDOW_MS)
    this.#at(opening, () => {
      // Both ends are the first turn of the event loop after a moment that was chosen before: so long turns are met as often as is right.
      if (clock.now() >= opening + WINDOW_MS) this.#plan(busy)
      else this.#open(opening + WINDOW_MS)
    })
  }

  #open(closing: number): void {
    const start = this.#recorder.now()
    this.#look()
    for (const [statistics, followed] of this.#followed) {
      statistics.follower = followed.calls.isKnown && isWorthIt(statistics) ? followed.calls : undefined
      followed.durationMs = followed.calls.durationMs(start)
      followed.onLoopMs = followed.calls.onLoopMs
    }
    const begunBefore = this.#begunSince()
    let hookingMs = 0
    const hook = () => {
      const before = this.#recorder.now()
      this.#unhook = this.#parts.hook(this.#recorder)
      hookingMs = this.#recorder.now() - before
    }
    // Called by the agent's own calls, which are not to meet our errors.
    this.#recorder.open(() => this.#attempt(hook))
    const openingMs = this.#recorder.now() - start
    if ([...this.#followed.values()].some(({ calls }) => calls.isRunning)) this.#recorder.begins()
    this.#at(closing, () => this.#close(start, openingMs + hookingMs, begunBefore))
  }

  #close(openedAt: number, openingMs: number, begunBefore: number): void {
    const now = this.#recorder.now()
    this.#recorder.close()
    this.#endHooks()
    const elapsed = now - this.#closedAt
    for (const [statistics, followed] of this.#followed) {
      const { calls, split } = followed
      split.saw(calls.durationMs(now) - followed.durationMs, calls.onLoopMs - followed.onLoopMs)
      split.divide(statistics.totalMs + calls.runningMs(now))
    }
    const called = this.#choose(elapsed)
    this.#closedAt = now
    const changes = this.#recorder.changes - this.#changes
    this.#changes = this.#recorder.changes
    const hooksMs = changes * this.#cost.changeMs() + this.#begunSince() * CALL_COST_MS
    const windowMs = openingMs + hooksMs + this.#recorder.now() - now
    const beforeMs = begunBefore * CALL_COST_MS
    this.#duty.cost(windowMs, beforeMs / Math.max(1, elapsed - (now - openedAt)))
    this.#parts.spent(windowMs + beforeMs)
    const busy = this.#parts.busy()
    this.#plan(called ? busy : 0)
  }

  /** Takes in the functions that have come since the last look. */
  #look(): void {
    for (const statistics of this.#parts.functions()) {
      if (this.#followed.has(statistics)) continue
      const calls = new FollowedFunction(statistics.name, this.#recorder)
      // What was measured before the start was not seen; a function that is new has only been missed by its first window.
      const split = new TimeSplit(this.#isFirstLook ? statistics.totalMs : 0)
      statistics.split = split
      this.#followed.set(statistics, { calls, split, durationMs: 0, onLoopMs: 0, count: statistics.count })
    }
    this.#isFirstLook = false
  }

  /** Decides whose calls are followed until the next window opens; returns whether any was called, or is running. */
  #choose(elapsed: number): boolean {
    let called = false
    for (const [statistics, followed] of this.#followed) {
      const more = statistics.count - followed.count
      followed.count = statistics.count
      if (more > 0 || followed.calls.isRunning) called = true
      const isSeldom = more * 1_000 < SELDOM_PER_SECOND * elapsed || more === 0
      const isAlways = isWorthIt(statistics) && (statistics.meanMs >= ALWAYS_MS || isSeldom)
      statistics.follower = followed.calls.isKnown && isAlways ? followed.calls : undefined
    }
    return called
  }

  /** Calls followed since the last time it was asked. */
  #begunSince(): number {
    let begun = 0
    for (const { calls } of this.#followed.values()) begun += calls.begun
    const more = begun - this.#begun
    this.#begun = begun
    return more
  }

  /** Our own timers belong to no call, wherever the agent started us. One that comes early, as those of Node.js do, is set again. */
  #at(time: number, action: () => void): void {
    if (this.#isStopped) return
    const { clock } = this.#parts
    const act = () => (clock.now() < time ? this.#at(time, action) : this.#attempt(action))
    this.#cancel = currentCall.run(undefined, () => after(clock, Math.max(0, Math.ceil(time - clock.now())), act, true))
  }

  #attempt(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#stop()
      diag.warn(`calls are not followed any more (${reason(error)}); what functions wait for stays unknown.`)
    }
  }

  #endHooks(): void {
    const unhook = this.#unhook
    this.#unhook = () => {}
    unhook()
  }

  #stop(): void {
    this.#isStopped = true
    this.#cancel()
    if (this.#recorder.window !== 0) this.#recorder.close()
    this.#endHooks()
    for (const statistics of this.#followed.keys()) statistics.follower = statistics.split = undefined
  }
}

/** Whether following a call costs little of what it takes. Of a function that was never called nothing is known. */
function isWorthIt({ count, meanMs }: CallStatistics): boolean {
  return count === 0 || meanMs >= LEAST_MS
}
