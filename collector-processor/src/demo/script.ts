import { basename } from 'node:path'
import { formatNumber } from '../text/numbers.ts'
import type { DemoOptions } from './demo-options.ts'
import type { FleetOptions } from './fleet.ts'
import type { Order } from './protocol.ts'
import { planTrace } from './trace-plan.ts'
import { readTrace } from './trace.ts'

/** What the agents of a run do, and for how long. */
export interface Script {
  readonly program: FleetOptions['program']
  readonly service: string
  /** What each agent is told when the curtain rises. */
  order(agent: number): Order
  /** Lines that say what is to be seen. */
  readonly introduction: readonly string[]
  /** Milliseconds after which the run ends, whatever was found by then. */
  readonly durationMs: number
  /** Milliseconds before which nothing is changed. */
  readonly applyAfterMs: number
  /** Said when a change is made. */
  readonly onApply: readonly string[]
  /** Whether it is a good end when there is nothing to advise. */
  readonly maybeNothing: boolean
}

/** Milliseconds that the planted workload is given: enough for a late finding, and the story ends sooner when all is told. */
const PLANTED_MS = 40_000

/** Milliseconds of a replay: the first half is evidence, the second one shows what the change saved. */
const REPLAY_MS = 26_000

/** Requests of a replay a second, at most: a quarter of one core for three agents, so that the machine is not what is measured. */
const MAX_REQUESTS_PER_SECOND = 1_000

/** The planted workload, or the trace that was asked for. Throws `UsageError` when the trace cannot be read. */
export async function chooseScript(options: DemoOptions): Promise<Script> {
  return options.trace === undefined ? plantedScript(options) : traceScript(options.trace, options)
}

function plantedScript({ seed, durationMs = PLANTED_MS }: DemoOptions): Script {
  return {
    program: 'agent',
    service: 'travel-agent',
    order: (agent) => ({ order: 'start', seed, agent }),
    introduction: [
      `A travel agent with four planted problems and three red herrings, seed ${seed}:`,
      '  a slow function without a cache, a cache too small, a time to live too short, a function that blocks the event loop;',
      '  and, not to be cached: unique arguments, a call that costs nothing, a call that books a seat.',
    ],
    durationMs,
    applyAfterMs: 0,
    onApply: [],
    maybeNothing: false,
  }
}

async function traceScript(path: string, { agents, costMs, durationMs = REPLAY_MS }: DemoOptions): Promise<Script> {
  const name = basename(path).replace(/(\.tsv|\.txt)?(\.gz)?$/, '')
  const { requests, more } = await readTrace(path, Math.floor((durationMs / 1_000) * MAX_REQUESTS_PER_SECOND))
  const plan = planTrace(requests, { agents, durationMs, costMs, name })
  const count = `${more ? 'the first ' : 'all '}${formatNumber(requests.length)} requests`
  const rate = formatNumber(Math.round(plan.requestsPerSecond))
  const functions = plan.functions.length === 1 ? 'one function' : `${plan.functions.length} functions`
  return {
    program: 'replay-agent',
    service: 'replay',
    order: (agent) => ({ order: 'replay', calls: plan.calls[agent] ?? [] }),
    introduction: [
      `Replaying ${count} of ${name} to ${functions}, ${rate} a second, in their order.`,
      ...(plan.costDivisor > 1 ? [`Their recorded costs are divided by ${formatNumber(plan.costDivisor)} to fit.`] : []),
    ],
    durationMs,
    applyAfterMs: durationMs / 2,
    onApply: ['Each new cache is filled with what its agent was asked last: the prediction is about a warm one.'],
    maybeNothing: true,
  }
}
