import { reuse } from '@pitwall/sdk/contract'
import type { Span } from '../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../collector-processor/src/prometheus/questions.ts'
import type { Subject } from '../../collector-processor/src/prometheus/subject.ts'
import type { Answered } from './evidence.ts'
import { seeded } from './random.ts'

/** Requests of a small fleet: Poisson arrivals, Zipf popularity, a cache in each agent. */
export interface Traffic {
  readonly seed: number
  readonly agents: number
  /** Requests a second of each agent. */
  readonly perSecond: number
  readonly keys: number
  readonly exponent: number
  readonly loadSeconds: number
  readonly seconds: number
}

interface Request {
  readonly at: number
  readonly agent: number
  readonly key: number
}

/** All requests, in order of time. */
export function requestsOf({ seed, agents, perSecond, keys, exponent, seconds }: Traffic): readonly Request[] {
  const random = seeded(seed)
  const weights = Array.from({ length: keys }, (_, rank) => 1 / (rank + 1) ** exponent)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const draw = (): number => {
    let left = random() * total
    return Math.max(
      0,
      weights.findIndex((weight) => (left -= weight) <= 0),
    )
  }
  const requests: Request[] = []
  for (let agent = 0; agent < agents; agent++) {
    for (let at = 0; at < seconds;) {
      at -= Math.log(1 - random()) / perSecond
      if (at < seconds) requests.push({ at, agent, key: draw() })
    }
  }
  return requests.toSorted((a, b) => a.at - b.at)
}

/** What reuse tracking, started at 0 with nothing known, says of the requests; exact and slow. Blocks are counted from 0. */
export function followed(requests: readonly Request[], subject: Subject, span: Span, loadSeconds: number): readonly Answered[] {
  const edges = { distance: [...reuse.distance.buckets, Infinity], age: [...reuse.age.buckets, Infinity] }
  const empty = (): number[] => Array.from({ length: span.blocks }, () => 0)
  const distances = edges.distance.map(empty)
  const ages = edges.age.map(empty)
  const calls = empty()
  const stacks = new Map<number, number[]>()
  const leases = new Map<string, number[]>()
  const count = (rows: number[][], index: number, block: number): void => {
    const row = rows[index]
    if (row !== undefined) row[block] = (row[block] ?? 0) + 1
  }
  for (const { at, agent, key } of requests) {
    const block = Math.floor(at / span.blockSeconds)
    if (block >= span.blocks) continue
    calls[block] = (calls[block] ?? 0) + 1
    const stack = stacks.get(agent) ?? []
    stacks.set(agent, stack)
    const position = stack.indexOf(key)
    if (position >= 0) stack.splice(position, 1)
    stack.unshift(key)
    for (const [index, edge] of edges.distance.entries())
      if ((position >= 0 && position < edge) || edge === Infinity) count(distances, index, block)
    const id = `${agent} ${key}`
    const starts = leases.get(id)
    leases.set(
      id,
      edges.age.map((edge, index) => {
        const start = starts?.[index]
        const isHit = start !== undefined && at - start < edge
        if (isHit || edge === Infinity) count(ages, index, block)
        return isHit ? start : at
      }),
    )
  }
  const buckets = (question: Answered['question'], bounds: readonly number[], rows: number[][]): Answered[] =>
    bounds.map((edge, index) => ({
      question,
      subject,
      labels: { le: edge === Infinity ? '+Inf' : String(edge) },
      blocks: rows[index] ?? [],
    }))
  return [
    ...buckets(questions.reuseDistance, edges.distance, distances),
    ...buckets(questions.reuseAge, edges.age, ages),
    { question: questions.functionCalls, subject, blocks: calls },
    { question: questions.functionSeconds, subject, blocks: calls.map((value) => value * loadSeconds) },
  ]
}

/** Hit ratio between two moments of caches that begin empty at `emptyAt`: least recently used, entries live `ttlSeconds`. */
export function realisedHitRatio(
  requests: readonly Request[],
  cache: { readonly maxEntries: number; readonly ttlSeconds: number; readonly emptyAt: number },
  from: number,
  to: number,
): number {
  const caches = new Map<number, Map<number, number>>()
  let [hits, all] = [0, 0]
  for (const { at, agent, key } of requests) {
    if (at < cache.emptyAt || at >= to) continue
    const entries = caches.get(agent) ?? new Map<number, number>()
    caches.set(agent, entries)
    const start = entries.get(key)
    const isHit = start !== undefined && at - start < cache.ttlSeconds
    entries.delete(key)
    entries.set(key, isHit ? start : at)
    const oldest = entries.keys().next().value
    if (entries.size > cache.maxEntries && oldest !== undefined) entries.delete(oldest)
    if (at < from) continue
    all++
    if (isHit) hits++
  }
  return hits / all
}
