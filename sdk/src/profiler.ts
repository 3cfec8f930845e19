import { allocationProfile, type AllocationProfileOptions } from './allocation-profile.ts'
import { cpuProfile, type CpuProfileOptions } from './cpu-profile.ts'
import { type Duration, durationMs } from './duration.ts'
import { OptionError } from './errors.ts'
import type { AllocationProfile } from './memory/allocation-profile.ts'
import { MAX_NAME_LENGTH } from './names.ts'
import type { CpuProfile } from './profiles/profile-run.ts'
import type { CallStatistics } from './sampling/call-statistics.ts'
import { type CallCounts, countsOf, type FunctionSummary, summaryOf } from './sampling/call-summary.ts'
import { knownStatistics, setHistory } from './sampling/known-functions.ts'
import { startSystemMonitoring, type StopMonitoring, type SystemMonitoringOptions, systemSummary } from './system/system-monitoring.ts'
import type { SystemSummary } from './system/system-summary.ts'
import type { Block } from './watchdog/block.ts'
import { recentBlocks } from './watchdog/recent-blocks.ts'

/** What summaries can be sorted by, the largest first; `name` from A to Z. */
export type SummaryOrder = Exclude<keyof FunctionSummary, 'trend' | 'cpuMs' | 'allocatedBytes' | 'onLoopMs' | 'waitMs'>

/** How many summaries, and in which order. */
export interface SummariesOptions {
  /** Default: 'totalMs'. */
  readonly sort?: SummaryOrder
  /** At most so many; default: all, which are 501 at most. */
  readonly limit?: number
}

/** How long the calls of functions are remembered by time, which trends are made from. */
export interface RetentionOptions {
  /** Age at which calls are forgotten, from a second to a week; default '1h'. */
  readonly maxAge?: Duration
  /** Intervals that this time is divided into, 10 to 1,000; default 60. */
  readonly intervals?: number
}

/** What this process knows of its own performance, read from the very numbers that telemetry is made from. */
export interface ProcessProfiler {
  /** The calls of a profiled function, or the sections of a name; undefined for a name that is not known, or goes by `other`. */
  summary(name: string): FunctionSummary | undefined
  summaries(options?: SummariesOptions): FunctionSummary[]
  /** Begins the summaries of a name, or of all, anew. What is exported counts on. */
  clear(name?: string): void
  /** Says how long calls are remembered by time; what was remembered is forgotten. */
  retain(options: RetentionOptions): void
  /** Remembers from now on what the process uses; see `startSystemMonitoring`. */
  startSystemMonitoring(options?: SystemMonitoringOptions): StopMonitoring
  /** Means, peaks, standard deviations and trends of what is remembered; undefined before the first sample. */
  systemSummary(): SystemSummary | undefined
  /** The latest times that the event loop stood still, the oldest first, 32 at most, with the stacks that were seen. */
  recentBlocks(): readonly Block[]
  /** Takes a CPU profile of this thread for so many milliseconds; see `cpuProfile`. */
  cpuProfile(options?: number | CpuProfileOptions): Promise<CpuProfile>
  /** Takes an allocation profile of this thread for so many milliseconds; see `allocationProfile`. */
  allocationProfile(options?: number | AllocationProfileOptions): Promise<AllocationProfile>
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

const SHORTEST_AGE_MS = 1_000
const LONGEST_AGE_MS = 7 * 86_400_000

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

  retain({ maxAge = '1h', intervals = 60 }) {
    const ageMs = durationMs('maxAge', maxAge)
    if (ageMs < SHORTEST_AGE_MS || ageMs > LONGEST_AGE_MS) throw new OptionError('maxAge', maxAge, 'from a second to seven days')
    if (!Number.isInteger(intervals) || intervals < 10 || intervals > 1_000)
      throw new OptionError('intervals', intervals, 'a whole number from 10 to 1000')
    setHistory({ ageMs, intervals })
  },

  startSystemMonitoring,
  systemSummary,
  recentBlocks,
  cpuProfile,
  allocationProfile,
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
