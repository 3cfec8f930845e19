import type { ScheduledCall } from './arrivals.ts'

/** The settings of a recommendation's change, as `Recommendation.change` gives them. */
export type Change = Readonly<Record<string, string | number>>

/** What the demo tells an agent. */
export type Order =
  /** Begin: with the planted workload, or with the calls of a trace. */
  | { readonly order: 'start'; readonly seed: number; readonly agent: number }
  | { readonly order: 'replay'; readonly calls: readonly ScheduledCall[] }
  /** Make the change that a recommendation names, in the running process. */
  | { readonly order: 'apply'; readonly subject: string; readonly change: Change }
  /** Make no more calls, wait for those that run, flush, and exit. */
  | { readonly order: 'stop' }

/** What an agent tells the demo, four times a second and when something ends. All counts are since its start. */
export interface AgentState {
  readonly calls: number
  readonly errors: number
  /** The message of the first error. */
  readonly firstError?: string
  /** Requests to its caches, and those that were served. */
  readonly cacheRequests: number
  readonly cacheHits: number
  /** Subjects that were changed. */
  readonly applied: readonly string[]
}

/** Whether a message from the parent process is an order. */
export function isOrder(message: unknown): message is Order {
  return typeof message === 'object' && message !== null && 'order' in message && typeof message.order === 'string'
}

/** Whether a message from a child process is an agent's state. */
export function isAgentState(message: unknown): message is AgentState {
  return typeof message === 'object' && message !== null && 'calls' in message && typeof message.calls === 'number' && 'applied' in message
}
