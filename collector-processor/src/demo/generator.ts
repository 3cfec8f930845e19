import { exponential, seededRandom, weighted, zipfProbabilities } from './random.ts'
import type { TraceRequest } from './trace.ts'

/** Traffic of one function, as a recording would show it. */
export interface GeneratorOptions {
  readonly requests: number
  /** Share of requests for keys that come only once; the rest is drawn by Zipf's law. Default 0. */
  readonly uniqueShare?: number
  /** Distinct keys of the rest. Default 100. */
  readonly keys?: number
  /** Default 0.8 (see `workload.ts`). */
  readonly zipfExponent?: number
  /** Poisson arrivals. Default 100. */
  readonly requestsPerSecond?: number
  readonly costMs?: number
  /** Agents that the requests are spread over, at random. Default 3. */
  readonly agents?: number
  /** Name of the function; without one the keys are plain numbers. */
  readonly functionName?: string
  readonly seed: number
}

/** Generates traffic; the same options give the same traffic. Keys are numbered by first appearance, as in a recorded trace. */
export function generateTrace(options: GeneratorOptions): TraceRequest[] {
  const { requests, uniqueShare = 0, keys = 100, zipfExponent = 0.8, requestsPerSecond = 100, agents = 3 } = options
  const random = seededRandom(options.seed)
  const popular = weighted(random, zipfProbabilities(keys, zipfExponent))
  const numbers = new Map<number, number>()
  let distinct = 0
  let atMs = 0
  return Array.from({ length: requests }, (_, index) => {
    if (index > 0) atMs += exponential(random, 1_000 / requestsPerSecond)
    const rank = random() < uniqueShare ? undefined : popular()
    const number = (rank === undefined ? undefined : numbers.get(rank)) ?? distinct++
    if (rank !== undefined) numbers.set(rank, number)
    return {
      atMs: Math.round(atMs),
      key: options.functionName === undefined ? String(number) : `${options.functionName}:${number}`,
      agent: String(Math.floor(random() * agents)),
      ...(options.costMs === undefined ? {} : { costMs: options.costMs }),
    }
  })
}

/** Requests as the lines of a trace file. */
export function formatTrace(requests: readonly TraceRequest[]): string {
  return requests
    .map((request) => [request.atMs, request.key, undefined, request.costMs, request.agent].map(column).join('\t') + '\n')
    .join('')
}

function column(value: string | number | undefined): string {
  return value === undefined ? '-' : String(value)
}
