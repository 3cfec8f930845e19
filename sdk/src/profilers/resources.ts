import { eventLoop } from '../contract/index.ts'
import { NameRegistry } from '../names.ts'
import { Reading } from '../sampling/reading.ts'
import { addSource } from '../telemetry/source.ts'
import type { Profiler } from './profiler.ts'

/** Kinds of resources that are told apart; Node.js knows about three dozen, and few processes use more than ten. */
const MAX_TYPES = 32

/** Timers, handles and requests that keep the process from ending, by kind. */
export default {
  start() {
    const names = new NameRegistry(MAX_TYPES)
    // A kind that is gone is zero from then on, and not a series that ends.
    const counts = new Map<string, number>()
    const reading = new Reading('resources', () => count(process.getActiveResourcesInfo(), names, counts))
    return addSource({
      collect(sink) {
        for (const [type, number] of reading.value()) sink.number(eventLoop.resources, { 'v8js.resource.type': type }, number)
      },
    })
  },
} satisfies Profiler

function count(types: readonly string[], names: NameRegistry, counts: Map<string, number>): Map<string, number> {
  for (const type of counts.keys()) counts.set(type, 0)
  for (const type of types) {
    const name = names.admit(type)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}
