import type { ScheduledCall } from './arrivals.ts'
import { functionOf, type TraceRequest } from './trace.ts'

/** How a trace becomes the work of a fleet. */
export interface TracePlanOptions {
  /** Processes that share the requests. */
  readonly agents: number
  /** Milliseconds that the replay takes. */
  readonly durationMs: number
  /** Cost of a request whose recording has none, in milliseconds. */
  readonly costMs: number
  /** Name of the function where the keys carry none. */
  readonly name: string
}

/** What each agent is to do. */
export interface TracePlan {
  readonly calls: readonly (readonly ScheduledCall[])[]
  readonly functions: readonly string[]
  readonly requestsPerSecond: number
  /** By how much the recorded costs were divided; 1 where they fit. */
  readonly costDivisor: number
}

/** Recorded costs are divided until the 95th percentile takes no longer than this: slower calls would not return within a window. */
const MAX_COST_MS = 500

/**
 * Spreads a trace over agents, in its order and at a constant rate. Recorded times are not kept: days do not fit into half a
 * minute, and bursts sped up a thousandfold would measure the machine. The order is what hit ratios depend on.
 * Each recorded agent goes to one process, all in turn; without recorded agents the requests do.
 */
export function planTrace(requests: readonly TraceRequest[], options: TracePlanOptions): TracePlan {
  const { agents, durationMs, costMs, name } = options
  const calls: ScheduledCall[][] = Array.from({ length: agents }, () => [])
  const functions = new Set<string>()
  const processes = new Map<string, number>()
  const divisor = costDivisor(requests)
  for (const [index, request] of requests.entries()) {
    const functionName = functionOf(request.key) ?? name
    functions.add(functionName)
    const process = request.agent === undefined ? index : turn(processes, request.agent)
    calls[process % agents]?.push({
      atMs: (index * durationMs) / requests.length,
      name: functionName,
      key: request.key,
      costMs: request.costMs === undefined ? costMs : request.costMs / divisor,
    })
  }
  return { calls, functions: [...functions], requestsPerSecond: (requests.length / durationMs) * 1_000, costDivisor: divisor }
}

function turn(processes: Map<string, number>, agent: string): number {
  const known = processes.get(agent)
  if (known !== undefined) return known
  processes.set(agent, processes.size)
  return processes.size - 1
}

function costDivisor(requests: readonly TraceRequest[]): number {
  const costs = requests.flatMap((request) => request.costMs ?? []).toSorted((a, b) => a - b)
  return Math.max(1, (costs[Math.floor(costs.length * 0.95)] ?? 0) / MAX_COST_MS)
}
