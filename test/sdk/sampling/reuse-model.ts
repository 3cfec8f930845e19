import { reuse } from '../../../sdk/src/contract/index.ts'
import type { HistogramState, MetricSource } from '../../../sdk/src/telemetry/source.ts'

/** One request of a schedule: what is asked for, and the milliseconds since the request before. */
export interface Request {
  readonly key: number
  readonly gap: number
}

/** What a tracker exports, as cumulative counts in the order of the bounds, the last being all requests. */
export interface Exported {
  readonly bySize: readonly number[]
  readonly byTtl: readonly number[]
  readonly same: number
  readonly different: number
}

/** Reads a tracker as an exporter does. */
export function exported(tracker: MetricSource): Exported {
  const result = { bySize: [0], byTtl: [0], same: 0, different: 0 }
  tracker.collect({
    histogram(metric, _, state) {
      if (metric.name === reuse.distance.name) result.bySize = cumulative(state)
      if (metric.name === reuse.age.name) result.byTtl = cumulative(state)
    },
    number(_, attributes, value) {
      if (JSON.stringify(attributes).includes('"true"')) result.same = value
      else result.different = value
    },
  })
  return result
}

function cumulative({ counts, count }: HistogramState): number[] {
  let sum = 0
  const sums = Array.from(counts, (value) => (sum += value))
  if (sum !== count) throw new Error(`buckets add up to ${sum}, but the count is ${count}`)
  return sums
}

/** What caches of every size and time to live would have served, found by simulating each. */
export function simulated(requests: readonly Request[]): Pick<Exported, 'bySize' | 'byTtl'> {
  const sizes = reuse.distance.buckets
  const ttls = reuse.age.buckets
  const bySize = sizes.map(() => 0)
  const byTtl = ttls.map(() => 0)
  const filled = ttls.map(() => new Map<number, number>())
  let stack: number[] = []
  let now = 0
  for (const { key, gap } of requests) {
    now += gap
    const position = stack.indexOf(key) + 1
    stack = [key, ...stack.filter((other) => other !== key)]
    for (const [index, size] of sizes.entries()) if (position > 0 && position <= size) bySize[index] = (bySize[index] ?? 0) + 1
    for (const [index, ttl] of ttls.entries()) {
      const since = filled[index]?.get(key)
      if (since !== undefined && now - since <= ttl * 1_000) byTtl[index] = (byTtl[index] ?? 0) + 1
      else filled[index]?.set(key, now)
    }
  }
  return { bySize: [...bySize, requests.length], byTtl: [...byTtl, requests.length] }
}
