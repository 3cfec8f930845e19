/** Durations of calls: rising upper bounds in seconds, the last one infinite, and how many calls were no longer than each. */
export interface Durations {
  readonly edges: readonly number[]
  readonly below: readonly number[]
}

/** A second attempt for slow calls, of which the first answer counts. */
export interface Hedging {
  /** Seconds after which it is made. */
  readonly delay: number
  /** Share of the calls that it is made for. */
  readonly share: number
  /** Seconds that a call is shorter on average, if slowness is chance. */
  readonly gain: number
}

/** Share of the calls that a second attempt is made for, at most (Dean and Barroso, The Tail at Scale, 2013). */
const HEDGED = 0.05
/** Steps in which one bucket is added up. */
const STEPS = 32

/** Seconds that a share of the calls keep below, in a straight line within a bucket. Undefined beyond the last finite bound. */
export function quantile({ edges, below }: Durations, share: number): number | undefined {
  const wanted = share * (below.at(-1) ?? 0)
  const index = below.findIndex((count) => count >= wanted)
  const [edge, high] = [edges[index], below[index]]
  if (edge === undefined || high === undefined || !Number.isFinite(edge)) return undefined
  const [start, low] = [edges[index - 1] ?? 0, below[index - 1] ?? 0]
  return high > low ? start + ((edge - start) * (wanted - low)) / (high - low) : start
}

/**
 * What a second attempt gains that is made when a call takes longer than 95 % do: the sum over t, from the delay on, of
 * P(first > t) × P(second <= t − delay). That both are as slow as any call, by chance alone, is for the caller to know. Between two bounds
 * durations are taken to be spread evenly in their logarithm. Undefined without calls or a tail within the bounds.
 */
export function hedging({ edges, below }: Durations): Hedging | undefined {
  const count = below.at(-1) ?? 0
  const index = below.findIndex((fewer) => fewer >= (1 - HEDGED) * count)
  const delay = edges[index]
  if (count <= 0 || delay === undefined || !Number.isFinite(delay)) return undefined
  const shareBelow = (seconds: number): number => {
    const at = edges.findIndex((edge) => edge >= seconds)
    const [start, low] = [edges[at - 1] ?? 0, below[at - 1] ?? 0]
    const [edge, high] = [edges[at] ?? Infinity, below[at] ?? count]
    return (Number.isFinite(edge) ? low + (high - low) * within(seconds, start, edge) : low) / count
  }
  let gain = 0
  for (let bucket = index + 1; bucket < edges.length; bucket++) {
    const [start, edge] = [edges[bucket - 1] ?? 0, edges[bucket] ?? Infinity]
    if (!Number.isFinite(edge)) break
    const step = (edge - start) / STEPS
    for (let place = 0; place < STEPS; place++) {
      const time = start + (place + 0.5) * step
      gain += step * (1 - shareBelow(time)) * shareBelow(time - delay)
    }
  }
  return { delay, share: 1 - (below[index] ?? 0) / count, gain }
}

/** How far a duration lies between two, from 0 to 1. */
function within(seconds: number, start: number, edge: number): number {
  return start > 0 ? Math.log(seconds / start) / Math.log(edge / start) : seconds / edge
}
