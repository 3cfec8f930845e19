import type { CallStatistics } from './call-statistics.ts'
import { bucketCounts, quantile } from './duration-histogram.ts'
import type { Figure, FigureName } from './figure.ts'
import { type Trend, trendOf } from './trend.ts'

/** A figure of the calls in which it is known. */
export interface FigureSummary {
  /** Calls in which it is known, and in which it is not. */
  readonly known: number
  readonly unknown: number
  /** Of the known ones; undefined where there is none. */
  readonly mean: number | undefined
  readonly max: number | undefined
}

/** What is known of the calls of one function, or of the sections of one name. Times in milliseconds; 0 without calls. */
export interface FunctionSummary {
  readonly name: string
  /** Calls that ended, and how many of them threw or rejected. */
  readonly count: number
  readonly errors: number
  /** Promises that are not settled yet. */
  readonly active: number
  readonly totalMs: number
  readonly meanMs: number
  readonly minMs: number
  readonly maxMs: number
  readonly standardDeviationMs: number
  /** Percentiles, off by at most 12.5 %. */
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  /** The longest time that one call held the event loop; of an asynchronous one at least until it first waited. */
  readonly maxBlockingMs: number
  /** How the mean duration changes; undefined for fewer than ten intervals with calls. */
  readonly trend: Trend | undefined
  /** What sections were asked to measure besides time; undefined where none was. */
  readonly cpuMs: FigureSummary | undefined
  readonly allocatedBytes: FigureSummary | undefined
  /**
   * The parts of the mean duration that it holds the event loop, with what it calls, and that it waits: as windows of following see them.
   * Undefined where nothing waits to be told: the profiler `cpu-wait` does not run, or has not met a call yet.
   */
  readonly onLoopMs: number | undefined
  readonly waitMs: number | undefined
}

/** The counts of a function at a moment. */
export interface CallCounts {
  readonly buckets: Float64Array
  readonly count: number
  readonly errors: number
  readonly totalMs: number
  readonly squares: number
}

/** The counts of one function up to now. */
export function countsOf(statistics: CallStatistics): CallCounts {
  statistics.flush()
  const buckets = bucketCounts(statistics.synchronous, statistics.asynchronous)
  const { count, errors, totalMs, squares } = statistics
  return { buckets, count, errors, totalMs, squares }
}

/**
 * Summary of the statistics of one name.
 * @param sinceOf the counts that are left out of some statistics, because they were cleared
 */
export function summaryOf(
  name: string,
  all: readonly CallStatistics[],
  sinceOf: (statistics: CallStatistics) => CallCounts | undefined,
): FunctionSummary {
  const counts = all.map((statistics) => difference(countsOf(statistics), sinceOf(statistics))).reduce(sum)
  const { buckets, count, errors, totalMs, squares } = counts
  const minMs = Math.min(...all.map((statistics) => statistics.minMs))
  const maxMs = Math.max(...all.map((statistics) => statistics.maxMs))
  const percentile = (q: number) => Math.max(Number.isFinite(minMs) ? minMs : 0, Math.min(quantile(buckets, q), maxMs))
  const meanMs = count === 0 ? 0 : totalMs / count
  const history = all.flatMap((statistics) => statistics.history).toSorted((one, other) => one.startMs - other.startMs)
  const figure = (of: FigureName) => figureSummary(all.flatMap((statistics) => statistics.figures?.get(of) ?? []))
  return {
    name,
    count,
    errors,
    active: all.reduce((active, statistics) => active + statistics.active, 0),
    totalMs,
    meanMs,
    minMs: Number.isFinite(minMs) ? minMs : 0,
    maxMs,
    standardDeviationMs: count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - meanMs ** 2)),
    p50Ms: percentile(0.5),
    p90Ms: percentile(0.9),
    p95Ms: percentile(0.95),
    p99Ms: percentile(0.99),
    p999Ms: percentile(0.999),
    maxBlockingMs: Math.max(...all.map((statistics) => statistics.maxSegmentMs)),
    trend: trendOf(
      history.map(({ startMs }) => startMs),
      history.map(({ calls, totalMs: total }) => total / calls),
    ),
    cpuMs: figure('cpuMs'),
    allocatedBytes: figure('allocatedBytes'),
    ...dividedMean(all, meanMs),
  }
}

function sum(one: CallCounts, other: CallCounts): CallCounts {
  return combined(one, other, 1)
}

function difference(now: CallCounts, before: CallCounts | undefined): CallCounts {
  return before === undefined ? now : combined(now, before, -1)
}

function combined(one: CallCounts, other: CallCounts, sign: 1 | -1): CallCounts {
  return {
    buckets: one.buckets.map((count, bucket) => count + sign * (other.buckets[bucket] ?? 0)),
    count: one.count + sign * other.count,
    errors: one.errors + sign * other.errors,
    totalMs: one.totalMs + sign * other.totalMs,
    squares: one.squares + sign * other.squares,
  }
}

/** What never waits holds the loop all the time. */
function dividedMean(all: readonly CallStatistics[], meanMs: number): Pick<FunctionSummary, 'onLoopMs' | 'waitMs'> {
  const waiting = all.filter(({ asynchronous }) => asynchronous.counts !== undefined)
  if (waiting.length === 0) return { onLoopMs: meanMs, waitMs: 0 }
  const splits = waiting.flatMap(({ split }) => (split?.isKnown === true ? [split] : []))
  const onLoopMs = splits.reduce((total, split) => total + split.onLoopMs, 0)
  const waitMs = splits.reduce((total, split) => total + split.waitMs, 0)
  if (onLoopMs + waitMs === 0) return { onLoopMs: undefined, waitMs: undefined }
  const share = onLoopMs / (onLoopMs + waitMs)
  return { onLoopMs: meanMs * share, waitMs: meanMs * (1 - share) }
}

function figureSummary(figures: readonly Figure[]): FigureSummary | undefined {
  if (figures.length === 0) return undefined
  const known = figures.reduce((total, figure) => total + figure.known, 0)
  const unknown = figures.reduce((total, figure) => total + figure.unknown, 0)
  if (known === 0) return { known, unknown, mean: undefined, max: undefined }
  const total = figures.reduce((all, figure) => all + figure.total, 0)
  return { known, unknown, mean: total / known, max: Math.max(...figures.map(({ max }) => max)) }
}
