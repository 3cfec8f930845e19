import { diag } from '@opentelemetry/api'
import { after, type Clock } from '../clock.ts'
import { cpuWait } from '../contract/index.ts'
import { reason } from '../telemetry/diagnostics.ts'
import type { MetricSink, MetricSource } from '../telemetry/source.ts'
import type { CallStatistics } from './call-statistics.ts'
import { currentCall, FollowedFunction } from './followed-call.ts'
import { FollowingCost } from './following-cost.ts'
import { OnLoopRecorder } from './on-loop-recorder.ts'
import type { SegmentRing } from './segment-ring.ts'
import type { TaskListener } from './task-hooks.ts'
import { TimeSplit } from './time-split.ts'
import { WindowDuty } from './window-duty.ts'

/** Calls of a function that takes less on average are not followed: what that costs would be counted as their time. */
const LEAST_MS = 0.02
/** From here on calls are followed from before the window on, because they are likely to be running when it opens. */
const AHEAD_MS = 1
/** How long before, in durations of the calls that run at any moment: hardly one has run for longer then. */
const AHEAD = 2
/** Those that would have to be followed from longer before are always followed. */
const LONGEST_AHEAD_MS = 10_000

/** Part of an interval: ahead of a window, within one, and all the rest, which is between them. */
type Phase = 'between' | 'ahead' | 'within'

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
  /** The sums of `calls` when the last window opened, and the calls counted when it closed. */
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
  /** Timers, and milliseconds of our own code, that the window took so far which is open or comes next. */
  #timers = 0
  #spentMs = 0
  /** What following calls between windows costs, as a share of the time. */
  #standing = 0
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
    this.#follow('between')
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
    const { windowMs, intervalMs } = this.#duty.next(busy)
    const start = Math.max(this.#intervalEnd, clock.now())
    this.#intervalEnd = start + intervalMs
    const opening = start + random() * (intervalMs - windowMs)
    const open = () => {
      // Both ends are the first turn of the event loop after a moment that was chosen before: so long turns are met as often as is right.
      if (clock.now() >= opening + windowMs) this.#plan(busy)
      else this.#open(opening + windowMs)
    }
    const aheadMs = this.#aheadMs()
    const prepare = () => {
      this.#prepare()
      this.#at(opening, open)
    }
    if (aheadMs > 0 && opening - aheadMs > clock.now()) this.#at(opening - aheadMs, prepare)
    else prepare()
  }

  /** A window will open: calls that may be running then are followed from now on. */
  #prepare(): void {
    const now = this.#recorder.now()
    const begun = this.#begunSince()
    const standingMs = this.#cost.of(0, begun)
    this.#standing = standingMs / Math.max(1, now - this.#closedAt)
    this.#parts.spent(standingMs)
    this.#look()
    this.#follow('ahead')
    this.#spentMs += this.#recorder.now() - now
  }

  #open(closing: number): void {
    const start = this.#recorder.now()
    this.#look()
    this.#follow('within')
    for (const followed of this.#followed.values()) {
      followed.durationMs = followed.calls.durationMs(start)
      followed.onLoopMs = followed.calls.onLoopMs
    }
    const hook = () => {
      const before = this.#recorder.now()
      this.#unhook = this.#parts.hook(this.#recorder)
      this.#spentMs += this.#recorder.now() - before
    }
    // Called by the agent's own calls, which are not to meet our errors.
    this.#recorder.open(() => this.#attempt(hook))
    this.#spentMs += this.#recorder.now() - start
    if ([...this.#followed.values()].some(({ calls }) => calls.isRunning)) this.#recorder.begins()
    this.#at(closing, () => this.#close())
  }

  #close(): void {
    const now = this.#recorder.now()
    this.#recorder.close()
    this.#endHooks()
    for (const [statistics, followed] of this.#followed) {
      const { calls, split } = followed
      split.saw(calls.durationMs(now) - followed.durationMs, calls.onLoopMs - followed.onLoopMs)
      split.divide(statistics.totalMs + calls.runningMs(now))
    }
    this.#follow('between')
    this.#closedAt = now
    const busy = this.#parts.busy()
    const wasCalled = this.#wasCalled()
    const costMs = this.#costMs(now, busy)
    if (wasCalled) this.#duty.cost(costMs, this.#standing)
    this.#parts.spent(costMs)
    this.#plan(wasCalled ? busy : 0)
  }

  /** Milliseconds that the window cost which closed at `now`, with all that was done for it. */
  #costMs(now: number, busy: number): number {
    const changes = this.#recorder.changes - this.#changes
    this.#changes = this.#recorder.changes
    this.#cost.measure(busy)
    const followingMs = this.#cost.of(changes, this.#begunSince()) + this.#cost.ofWaking(this.#timers, busy)
    const ownMs = this.#spentMs + this.#recorder.now() - now
    this.#spentMs = this.#timers = 0
    return ownMs + followingMs
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

  /** Decides whose calls are followed from now on. */
  #follow(phase: Phase): void {
    for (const [statistics, { calls }] of this.#followed)
      statistics.follower = calls.isKnown && isFollowed(statistics, phase) ? calls : undefined
  }

  /** How long before a window its calls are to be followed, in milliseconds. */
  #aheadMs(): number {
    let longest = 0
    for (const statistics of this.#followed.keys())
      if (isFollowed(statistics, 'ahead') && !isFollowed(statistics, 'between')) longest = Math.max(longest, aheadMs(statistics))
    return longest
  }

  /** Whether any function was called since the last time it was asked, or is running. */
  #wasCalled(): boolean {
    let wasCalled = false
    for (const [statistics, followed] of this.#followed) {
      if (statistics.count > followed.count || followed.calls.isRunning) wasCalled = true
      followed.count = statistics.count
    }
    return wasCalled
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
    this.#timers++
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

/** Whether calls of a function are followed that begin now. Of one of which no call has ended yet nothing is known: it may never end. */
function isFollowed(statistics: CallStatistics, phase: Phase): boolean {
  const { count, meanMs } = statistics
  if (count === 0) return true
  if (phase === 'within') return meanMs >= LEAST_MS
  return meanMs >= AHEAD_MS && (phase === 'ahead' || aheadMs(statistics) > LONGEST_AHEAD_MS)
}

/** How long before a window calls must be followed, so that those are which run when it opens. A long call is met more likely than a short one. */
function aheadMs({ squares, totalMs }: CallStatistics): number {
  return totalMs === 0 ? 0 : (AHEAD * squares) / totalMs
}
