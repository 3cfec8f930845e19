import { type NumberDefinition, prometheusName } from '@pitwall/sdk/contract'
import type { Evidence, Span } from '../prometheus/evidence.ts'
import { processQuestions } from '../prometheus/process-questions.ts'
import { addBlocks, type Blocks, labelOf, lastOf, type Row, type Table } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'

/** Blocks of each process of a service, by `service.instance.id`. */
export type ByProcess = ReadonlyMap<string, Blocks>

/** A process that has no value in the last so many blocks is over. */
const RUNNING = 3

/** The rows of a service by process, those of one process added up; rows that `include` leaves out do not count. */
export function byProcess(table: Table, subject: Subject, include: (row: Row) => boolean = () => true): ByProcess {
  const processes = new Map<string, Blocks>()
  for (const row of table.rows(subject)) {
    const process = labelOf(row, 'service.instance.id')
    if (include(row)) processes.set(process, addBlocks(processes.get(process) ?? [], row.blocks))
  }
  return processes
}

/** A level of each process, of those that `processQuestions.levels` asks for. */
export function levelByProcess(evidence: Evidence, subject: Subject, metric: NumberDefinition): ByProcess {
  return byProcess(evidence.of(processQuestions.levels), subject, (row) => labelOf(row, '__name__') === prometheusName(metric))
}

/** All processes together, block by block. */
export function together(processes: ByProcess): Blocks {
  return [...processes.values()].reduce(addBlocks, [])
}

/** The lowest value of all processes in each block. */
export function lowest(processes: ByProcess): Blocks {
  const length = Math.max(0, ...[...processes.values()].map((blocks) => blocks.length))
  return Array.from({ length }, (_, index) => {
    const values = [...processes.values()].flatMap((blocks) => blocks[index] ?? [])
    return values.length === 0 ? undefined : Math.min(...values)
  })
}

/** The last value of each process that still runs. */
export function latest(processes: ByProcess): ReadonlyMap<string, number> {
  return new Map(
    [...processes].flatMap(([process, blocks]): [string, number][] => {
      const value = lastOf(blocks.slice(-RUNNING))
      return value === undefined ? [] : [[process, value]]
    }),
  )
}

/** Share of the window's growth of one quantity in that of another, for each process that still runs and grew by any of the latter. */
export function sharesOf(parts: ByProcess, wholes: ByProcess, { windowBlocks }: Span): ReadonlyMap<string, number> {
  const inWindow = (blocks: Blocks): number => blocks.slice(-windowBlocks).reduce<number>((sum, value) => sum + (value ?? 0), 0)
  return new Map(
    [...latest(wholes).keys()].flatMap((process): [string, number][] => {
      const whole = inWindow(wholes.get(process) ?? [])
      return whole > 0 ? [[process, inWindow(parts.get(process) ?? []) / whole]] : []
    }),
  )
}

/** How many processes are concerned, of how many. */
export interface Concerned {
  readonly count: number
  readonly of: number
  /** Whether at least half of them are: then it is the service's, and else that of single processes. */
  readonly isService: boolean
  /** `one of 50 processes`, or `all 3 processes`. */
  readonly text: string
}

/** Counts the processes that a value concerns. */
export function concerned(values: ReadonlyMap<string, number>, isConcerned: (value: number, process: string) => boolean): Concerned {
  const of = values.size
  const count = [...values].filter(([process, value]) => isConcerned(value, process)).length
  return { count, of, isService: count > 0 && count * 2 >= of, text: textOf(count, of) }
}

function textOf(count: number, of: number): string {
  if (count === of) return of === 1 ? 'its process' : `all ${of} processes`
  return `${count === 1 ? 'one' : count} of ${of} processes`
}
