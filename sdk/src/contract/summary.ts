import type { InstrumentKind } from './metric.ts'

/** Environment variable that `pitwall run` sets: the folder in which each process and worker thread keeps its summary. */
export const summaryFolder = 'PITWALL_SUMMARY_FOLDER'

/** One point of a metric of the contract, as it stands in a summary. */
export interface SummaryPoint {
  readonly metric: string
  readonly kind: InstrumentKind
  readonly attributes: Readonly<Record<string, string | number>>
  /** A number's value, or the sum of a histogram. */
  readonly value: number
  /** Only of a histogram: counts by bucket, one more than the bounds. */
  readonly counts?: readonly number[]
}

/** What one process, or one worker thread of it, knows of itself. Times in seconds. */
export interface ProcessSummary {
  readonly pid: number
  /** 0 for the main thread. */
  readonly threadId: number
  /** Program and script; not its arguments, which may hold secrets. */
  readonly command: string
  /** Unix time. */
  readonly startedAt: number
  /** How long it has lived. */
  readonly lived: number
  /** Until its event loop began: what loading the program took. Absent before that, and for worker threads. */
  readonly loading?: number
  /** Time that the event loop worked, and that it waited. */
  readonly active: number
  readonly waiting: number
  /** CPU time and the largest resident memory, in bytes, of the whole process; absent for worker threads. */
  readonly cpu?: number
  readonly maxMemory?: number
  /** Whether it came to its end; a process that is killed does not say so. */
  readonly ended: boolean
  readonly points: readonly SummaryPoint[]
}
