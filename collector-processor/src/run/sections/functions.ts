import { calls, runtime, subjects } from '@pitwall/sdk/contract'
import { formatNumber, formatSeconds } from '../../text/numbers.ts'
import { countOf, type Totals } from '../totals.ts'
import { section } from './section.ts'

/** The functions that are profiled, those first that took most time in all. */
export const functions = section({
  name: 'functions',
  columns: [
    { title: 'profiled function', maxWidth: 40 },
    { title: 'calls', align: 'right' },
    { title: 'in all', align: 'right' },
    { title: 'mean', align: 'right' },
    { title: 'errors', align: 'right' },
    { title: 'held the loop', align: 'right' },
    { title: 'where', maxWidth: 40, keep: 'end' },
  ],
  rows: (totals) =>
    functionTimes(totals).map(({ name, count, seconds }) => ({
      name,
      calls: count,
      seconds,
      meanSeconds: seconds / count,
      errors: totals.sum(calls.errors, { 'code.function.name': name }),
      blockedSeconds: totals.sum(runtime.blockedTime, { 'code.function.name': name }),
      where: placeOf(totals, name),
    })),
  cells: (row) => [
    row.name,
    formatNumber(row.calls),
    formatSeconds(row.seconds),
    formatSeconds(row.meanSeconds),
    formatNumber(row.errors),
    formatSeconds(row.blockedSeconds),
    row.where,
  ],
})

/** Calls of each function, cached or not, and the seconds that they took. */
export function functionTimes(totals: Totals): readonly { readonly name: string; readonly count: number; readonly seconds: number }[] {
  const byName = new Map<string, { name: string; count: number; seconds: number }>()
  for (const point of totals.points(calls.duration)) {
    const name = String(point.attributes['code.function.name'])
    const { count, seconds } = byName.get(name) ?? { count: 0, seconds: 0 }
    byName.set(name, { name, count: count + countOf(point), seconds: seconds + point.value })
  }
  return [...byName.values()].filter(({ count }) => count > 0).toSorted((a, b) => b.seconds - a.seconds)
}

/** `file:line` of a function or cache; empty where it is not known. */
export function placeOf(totals: Totals, subject: string): string {
  const found = totals.points(subjects.info).find(({ attributes }) => attributes['pitwall.subject'] === subject)
  const file = found?.attributes['code.file.path']
  return file === undefined ? '' : `${file}:${found?.attributes['code.line.number']}`
}
