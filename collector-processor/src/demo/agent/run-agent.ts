import type { ScheduledCall } from '../arrivals.ts'
import { type AgentState, isOrder, type Order } from '../protocol.ts'
import type { AgentFunction } from './agent-function.ts'
import { openLoop } from './open-loop.ts'

/** What an agent works on once it is told to start. */
export interface AgentWork {
  readonly functions: ReadonlyMap<string, AgentFunction>
  readonly calls: Iterable<ScheduledCall>
}

/** How often an agent tells the demo how it is doing. */
const REPORT_INTERVAL_MS = 250

/** How long running calls may take to return after the order to stop. */
const STOP_DEADLINE_MS = 2_000

/**
 * The life of an agent process under the demo: it takes orders from its parent and reports back over the channel of
 * `child_process.fork`. It ends when told to, or when the parent is gone.
 */
export function runAgent(begin: (order: Order) => AgentWork | undefined): void {
  const stopping = new AbortController()
  const running = new Set<Promise<unknown>>()
  const applied: string[] = []
  let functions: ReadonlyMap<string, AgentFunction> = new Map()
  let calls = 0
  let errors = 0
  let firstError: string | undefined
  let working = Promise.resolve()

  const failed = (error: unknown) => {
    errors++
    firstError ??= error instanceof Error ? error.message : String(error)
  }

  const call = ({ name, key }: ScheduledCall) => {
    calls++
    try {
      const result = Promise.resolve(functions.get(name)?.call(key))
        .catch(failed)
        .finally(() => running.delete(result))
      running.add(result)
    } catch (error) {
      failed(error)
    }
  }

  const report = () => {
    const caches = [...functions.values()].flatMap((item) => item.cacheStats() ?? [])
    const state: AgentState = {
      calls,
      errors,
      ...(firstError === undefined ? {} : { firstError }),
      cacheRequests: caches.reduce(
        (sum, { hits, misses, coalesced, bypassed, errors }) => sum + hits + misses + coalesced + bypassed + errors,
        0,
      ),
      cacheHits: caches.reduce((sum, { hits }) => sum + hits, 0),
      applied,
    }
    if (process.connected) process.send?.(state)
  }

  const work = async (order: Order) => {
    const begun = begin(order)
    if (begun === undefined) return
    functions = begun.functions
    await openLoop(begun.calls, { call, signal: stopping.signal })
    const deadline = new Promise((resolve) => setTimeout(resolve, STOP_DEADLINE_MS).unref())
    await Promise.race([Promise.allSettled(running), deadline])
    report()
  }

  process.on('message', (message: unknown) => {
    if (!isOrder(message)) return
    if (message.order === 'apply') {
      functions.get(message.subject)?.apply(message.change)
      applied.push(message.subject)
      report()
    } else if (message.order === 'stop') {
      stopping.abort()
      void working.then(() => {
        report()
        if (process.connected) process.disconnect()
      })
    } else {
      working = work(message)
    }
  })
  report()
  const reports = setInterval(report, REPORT_INTERVAL_MS)
  process.once('disconnect', () => {
    clearInterval(reports)
    stopping.abort()
    // Telemetry is flushed by the SDK, which listens to the same signal.
    process.kill(process.pid, 'SIGTERM')
  })
}
