import { OptionError } from './errors.ts'
import { MAX_NAME_LENGTH } from './names.ts'
import type { HistorySettings } from './sampling/call-history.ts'
import type { CallStatistics } from './sampling/call-statistics.ts'
import { type CallCounts, countsOf, type FunctionSummary, summaryOf } from './sampling/call-summary.ts'
import { knownStatistics, setHistory } from './sampling/known-functions.ts'

/** What summaries can be sorted by, the largest first; `name` from A to Z. */
export type SummaryOrder = Exclude<keyof FunctionSummary, 'trend' | 'cpuMs' | 'allocatedBytes' | 'onLoopMs' | 'waitMs'>

/** How many summaries, and in which order. */
export interface SummariesOptions {
  /** Default: 'totalMs'. */
  readonly sort?: SummaryOrder
  /** At most so many; default: all, which are 501 at most. */
  readonly limit?: number
}

/** What this process knows of its own performance, read from the very numbers that telemetry is made from. */
export interface ProcessProfiler {
  /** The calls of a profiled function, or the sections of a name; undefined for a name that is not known, or goes by `other`. */
  summary(name: string): FunctionSummary | undefined
  summaries(options?: SummariesOptions): FunctionSummary[]
  /** Begins the summaries of a name, or of all, anew. What is exported counts on. */
  clear(name?: string): void
  /** How long calls are remembered by time, which trends are made from, and in how many intervals; what was remembered is forgotten. */
  retain(history: HistorySettings): void
}

/** The profiler of this process. */
export function getProfiler(): ProcessProfiler {
  return profiler
}

const orders: ReadonlySet<string> = new Set<SummaryOrder>([
  'name',
  'count',
  'errors',
  'active',
  'totalMs',
  'meanMs',
  'minMs',
  'maxMs',
  'standardDeviationMs',
  'p50Ms',
  'p90Ms',
  'p95Ms',
  'p99Ms',
  'p999Ms',
  'maxBlockingMs',
])

const cleared = new WeakMap<CallStatistics, CallCounts>()

const profiler: ProcessProfiler = {
  summary(name) {
    const short = name.slice(0, MAX_NAME_LENGTH)
    const known = knownStatistics().get(short)
    return known && summarize(short, known)
  },

  summaries({ sort = 'totalMs', limit = Infinity } = {}) {
    if (!orders.has(sort)) throw new OptionError('sort', sort, `one of ${[...orders].join(', ')}`)
    if (typeof limit !== 'number' || !(limit >= 0)) throw new OptionError('limit', limit, 'a number from 0')
    const all = Array.from(knownStatistics(), ([name, known]) => summarize(name, known))
    return all.toSorted((one, other) => compare(one[sort], other[sort])).slice(0, limit)
  },

  clear(name) {
    for (const [known, all] of knownStatistics()) if (name === undefined || name === known) all.forEach(forget)
  },

  retain({ ageMs, intervals }) {
    if (typeof ageMs !== 'number' || !(ageMs >= 1_000 && ageMs <= 604_800_000))
      throw new OptionError('ageMs', ageMs, 'a number of milliseconds from 1000 to 604800000')
    if (!Number.isInteger(intervals) || intervals < 10 || intervals > 1_000)
      throw new OptionError('intervals', intervals, 'a whole number from 10 to 1000')
    setHistory({ ageMs, intervals })
  },
}

function summarize(name: string, all: readonly CallStatistics[]): FunctionSummary {
  return summaryOf(name, all, (statistics) => cleared.get(statistics))
}

function forget(statistics: CallStatistics): void {
  cleared.set(statistics, countsOf(statistics))
  statistics.forget()
}

function compare(one: string | number, other: string | number): number {
  return typeof one === 'string' ? one.localeCompare(String(other)) : Number(other) - one
}
