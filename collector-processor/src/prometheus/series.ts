import { prometheusLabel } from '@pitwall/sdk/contract'
import type { LabelKey } from './promql.ts'
import { type Subject, subjectKey } from './subject.ts'

/** One value for each block of the evidence, oldest first; undefined where there was none. */
export type Blocks = readonly (number | undefined)[]

/** One answered series. */
export interface Row {
  readonly subject: Subject
  readonly labels: Readonly<Record<string, string>>
  readonly blocks: Blocks
}

/** The value of a label of a row; empty when it has none. */
export function labelOf(row: Row, key: LabelKey): string {
  return row.labels[prometheusLabel(key)] ?? ''
}

/** The answer to one question: rows by subject. */
export class Table {
  readonly #bySubject = new Map<string, { readonly subject: Subject; readonly rows: Row[] }>()

  constructor(rows: readonly Row[]) {
    for (const row of rows) {
      const key = subjectKey(row.subject)
      const known = this.#bySubject.get(key)
      if (known === undefined) this.#bySubject.set(key, { subject: row.subject, rows: [row] })
      else known.rows.push(row)
    }
  }

  /** Every subject that has an answer. */
  subjects(): readonly Subject[] {
    return [...this.#bySubject.values()].map(({ subject }) => subject)
  }

  /** The rows of a subject; none when there is no answer for it. */
  rows(subject: Subject): readonly Row[] {
    return this.#bySubject.get(subjectKey(subject))?.rows ?? []
  }

  /** The rows of a subject that answer one part of a question made by `together`, added up block by block. */
  part(subject: Subject, name: string): Blocks {
    return this.total(subject, (row) => row.labels['part'] === name)
  }

  /** The rows of a subject added up block by block; those that `include` leaves out are not counted. */
  total(subject: Subject, include: (row: Row) => boolean = () => true): Blocks {
    return this.rows(subject)
      .filter(include)
      .map(({ blocks }) => blocks)
      .reduce(addBlocks, [])
  }
}

/** Sum of what is there; undefined where neither has a value. */
export function addBlocks(a: Blocks, b: Blocks): Blocks {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => {
    const [left, right] = [a[index], b[index]]
    return left === undefined ? right : left + (right ?? 0)
  })
}

/** Sum of the values that are there. */
export function sumOf(blocks: Blocks): number {
  return blocks.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}

/** The last value that is there. */
export function lastOf(blocks: Blocks): number | undefined {
  return blocks.findLast((value) => value !== undefined)
}
