import type { Change, Truth } from './world.ts'

/** One call of an agent's function. What it gives back, when awaited, is of no interest. */
export type Call = () => unknown

/** A small real agent, which runs in a process of its own, and whose problem can be switched off. One file in `agents/` is one kind. */
export interface LiveAgent {
  /** What it is, in words. */
  readonly title: string
  /** What has to be said of it; nothing of a healthy one and of a trap. */
  readonly truths: readonly Truth[]
  /** Calls a second. */
  readonly perSecond: number
  /** What a call costs: all of its time, or that in which it holds the event loop. Default: all. */
  readonly costs?: 'all' | 'held'
  /** Begins one: its call as it is, and as it is when the advised change is made. */
  begin(random: () => number): { readonly call: Call; fixed?(change: Change): Call }
}
