import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { cached, profiled } from '@pitwall/sdk'
import { type AgentFunction, agentFunction, cacheLimits } from './agent-function.ts'
import { runAgent } from './run-agent.ts'

/** Tools that write, told by their names as people name them; what they return is new each time. */
const writes =
  /^(add|book|buy|cancel|create|delete|insert|modify|pay|post|put|remove|reserve|return|exchange|send|set|transfer|update|write)(_|(?=[A-Z]))/

/** The program of an agent that repeats what others were recorded doing: same functions, same keys, same order. */
runAgent((order) => {
  if (order.order !== 'replay') return undefined
  const costs = new Map(order.calls.map((call) => [call.key, call.costMs ?? 0]))
  const names = new Set(order.calls.map((call) => call.name))
  return { functions: new Map([...names].map((name) => [name, replayed(name, costs)])), calls: order.calls }
})

function replayed(name: string, costs: ReadonlyMap<string, number>): AgentFunction {
  const asked = new Set<string>()
  const original = async (key: string): Promise<string> => {
    await wait(costs.get(key))
    return writes.test(name) ? `${key} ${randomUUID()}` : `Result of ${key}`
  }
  const { call, ...rest } = agentFunction(profiled(original, { name }), (change) => {
    const limits = cacheLimits(change)
    const loaded = cached(original, { name, ...limits })
    warm(loaded, [...asked].slice(-limits.maxEntries))
    return loaded
  })
  return {
    ...rest,
    call: (key) => {
      // Asked for last comes last, so that the end of the set is what a cache would hold by now.
      asked.delete(key)
      asked.add(key)
      return call(key)
    },
  }
}

/**
 * Loads what a cache would hold if it had been there from the start. The prediction is about such a cache: one that begins
 * empty in the middle of a short trace would be measured while it fills, and nothing would be learnt about the prediction.
 */
function warm(load: (key: string) => Promise<unknown>, keys: readonly string[]): void {
  for (const key of keys) load(key).catch(() => {})
}
