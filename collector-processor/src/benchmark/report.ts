import { inspect } from 'node:util'
import { formatNumber, formatSeconds } from '../text/numbers.ts'
import type { BenchmarkResult } from './benchmark.ts'
import type { Outcome } from './outcome.ts'

/** Lines of a report: what it is, and what was found. */
export type ReportRow = readonly [what: string, found: string]

/** A result in words, line by line. */
export function reportRows(result: BenchmarkResult): readonly ReportRow[] {
  if (result.verdict === 'different results')
    return [
      ['Verdict', `the functions do not do the same: input ${result.index} (from 0)`],
      ['original', outcome(result.original)],
      ['optimized', outcome(result.optimized)],
    ]
  const { verdict, speedup, originalMs, optimizedMs, originalBytes, optimizedBytes, calls } = result
  const saved = originalMs - optimizedMs
  return [
    ['Verdict', verdict],
    ['Speed-up', `${times(speedup.likely)} (95 %: ${times(speedup.lower)} to ${times(speedup.upper)})`],
    ['Time of a call', `${formatSeconds(originalMs / 1_000)} → ${formatSeconds(optimizedMs / 1_000)}`],
    ['Time saved', saved > 0 ? `${formatSeconds(saved / 1_000)} a call` : 'none'],
    ['Memory of a call', `${bytes(originalBytes)} → ${bytes(optimizedBytes)}`],
    ['Results', 'the same for every input'],
    ['Calls timed', formatNumber(calls)],
  ]
}

/** The report for a terminal. */
export function textReport(result: BenchmarkResult): string {
  const rows = reportRows(result)
  const width = Math.max(...rows.map(([what]) => what.length))
  return `${rows.map(([what, found]) => `${what.padEnd(width)}   ${found}`).join('\n')}\n`
}

/** The same as a table in Markdown. */
export function markdownReport(result: BenchmarkResult): string {
  const rows = reportRows(result).map(([what, found]) => `| ${what} | ${found.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`)
  return `| | |\n|---|---|\n${rows.join('\n')}\n`
}

function outcome(found: Outcome): string {
  return 'error' in found
    ? `throws ${found.error}`
    : inspect(found.value, { depth: 3, maxArrayLength: 10, maxStringLength: 200, breakLength: 120 })
}

function times(factor: number): string {
  return `${factor.toPrecision(3)} ×`
}

function bytes(count: number | undefined): string {
  return count === undefined ? 'not known' : `${formatNumber(Math.round(count))} B`
}
