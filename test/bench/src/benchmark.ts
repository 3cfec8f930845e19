import { availableParallelism, cpus, platform, release } from 'node:os'

/** A figure to reach, and the figure that was measured. */
export interface Goal {
  readonly id: string
  /** What was measured, in one sentence. */
  readonly what: string
  readonly unit: string
  readonly figure: number
  readonly limit: number
  readonly comparator: '<=' | '>='
  readonly holds: boolean
}

/** The same figure of another library or system, measured in the same run. */
export interface Peer {
  readonly name: string
  readonly version: string
  readonly figure: number
}

/** What one run of a benchmark found. `notes` are facts that a reader needs to judge it (what data, what servers). */
export interface BenchmarkResult {
  readonly goals: readonly Goal[]
  readonly peers: readonly Peer[]
  readonly notes?: Readonly<Record<string, string | number>>
}

/** What a run may be told. */
export interface BenchmarkOptions {
  /** Seed of what is made up; another one makes other cases. Default: the benchmark's own. */
  readonly seed: number | undefined
}

/** One benchmark: a file of this folder with a default export, named for its file. */
export interface Benchmark {
  /** One line for the list of benchmarks. */
  readonly what: string
  /** Runs it; `progress` takes lines for a person who waits. Throws when it cannot be run, with what to do. */
  run(progress: (line: string) => void, options: BenchmarkOptions): Promise<BenchmarkResult>
}

/** Compares the figure with the limit. */
export function goal(measured: Omit<Goal, 'holds'>): Goal {
  const { figure, limit, comparator } = measured
  return { ...measured, holds: comparator === '<=' ? figure <= limit : figure >= limit }
}

/** A goal that most benchmarks have: a figure that is to be no larger than the limit. */
export function atMost(limit: number, unit: string, measured: Pick<Goal, 'id' | 'what' | 'figure'>): Goal {
  return goal({ ...measured, limit, unit, comparator: '<=' })
}

/** A figure as text, with four digits. */
export function format(figure: number): string {
  return Number.isInteger(figure) ? String(figure) : figure.toPrecision(4)
}

/** Mean of some numbers. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** Where the figures were measured. */
export function environment(): Record<string, string | number> {
  return {
    node: process.version,
    os: `${platform()} ${release()}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: availableParallelism(),
    date: new Date().toISOString(),
  }
}
