import type { HistogramDefinition, MetricDefinition, ProcessSummary, SummaryPoint } from '@pitwall/sdk/contract'

/** Processes and threads that are kept apart; of more, only the totals are known. */
const MAX_PROCESSES = 200
/** Points of a metric that are kept: each process has a bounded number of names, but there may be any number of processes. */
const MAX_POINTS = 10_000

/** A point of all processes together. */
export interface TotalPoint {
  readonly attributes: SummaryPoint['attributes']
  /** Sum over the processes, or for a gauge the largest. */
  value: number
  readonly counts: number[]
}

/** What all processes and worker threads of a run know together. */
export class Totals {
  /** The processes and threads that took most CPU time, or were active for longest. */
  processes: readonly ProcessSummary[] = []
  /** Processes and threads in all. */
  count = 0
  readonly #points = new Map<string, Map<string, TotalPoint>>()

  add(summary: ProcessSummary): void {
    this.count++
    this.processes = [...this.processes, summary].toSorted((a, b) => worked(b) - worked(a)).slice(0, MAX_PROCESSES)
    for (const point of summary.points) this.#add(point)
  }

  /** Points of a metric. */
  points(metric: Pick<MetricDefinition, 'name'>): readonly TotalPoint[] {
    return [...(this.#points.get(metric.name)?.values() ?? [])]
  }

  /** Sum of a metric's points that have these attributes; 0 without any. */
  sum(metric: Pick<MetricDefinition, 'name'>, attributes: SummaryPoint['attributes'] = {}): number {
    return this.points(metric)
      .filter((point) => Object.entries(attributes).every(([key, value]) => point.attributes[key] === value))
      .reduce((sum, { value }) => sum + value, 0)
  }

  #add({ metric, kind, attributes, value, counts = [] }: SummaryPoint): void {
    const points = this.#points.get(metric) ?? new Map<string, TotalPoint>()
    this.#points.set(metric, points)
    const key = JSON.stringify(Object.entries(attributes).toSorted())
    const known = points.get(key)
    if (known === undefined) {
      if (points.size < MAX_POINTS) points.set(key, { attributes, value, counts: [...counts] })
      return
    }
    known.value = kind === 'gauge' ? Math.max(known.value, value) : known.value + value
    for (const [bucket, count] of counts.entries()) known.counts[bucket] = (known.counts[bucket] ?? 0) + count
  }
}

/** Number of values in a histogram. */
export function countOf({ counts }: TotalPoint): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

/** A histogram's cumulative buckets, as Prometheus has them. */
export function cumulative({ buckets }: HistogramDefinition, { counts }: TotalPoint): [edge: number, count: number][] {
  let sum = 0
  return counts.map((count, bucket) => [buckets[bucket] ?? Infinity, (sum += count)])
}

/** One metric of a process or thread, summed over its attributes. */
export function ofProcess({ points }: ProcessSummary, { name }: Pick<MetricDefinition, 'name'>): number {
  return points.filter(({ metric }) => metric === name).reduce((sum, { value }) => sum + value, 0)
}

/** Seconds that a process or thread has worked. */
function worked({ cpu, active }: ProcessSummary): number {
  return cpu ?? active
}
