import { formatNumber, formatShare } from '../text/numbers.ts'
import type { FleetTotals } from './fleet.ts'

/** A line about what the fleet does now: overwritten in place on a terminal, a plain line now and then elsewhere. */
export interface LiveLine {
  update(totals: FleetTotals, atMs: number): void
  /** Ends the line, so that other text can follow. */
  end(): void
}

/** How often plain lines come, in milliseconds: often enough to see that it goes on, seldom enough for a log. */
const PLAIN_INTERVAL_MS = 5_000

/** Writes the live line to `write`; `inPlace` says whether that is a terminal. */
export function liveLine(write: (text: string) => void, inPlace: boolean): LiveLine {
  let before: { totals: FleetTotals; atMs: number } | undefined
  let shown = false
  let printedAtMs = -Infinity
  return {
    update: (totals, atMs) => {
      if (before === undefined) {
        before = { totals, atMs }
        printedAtMs = atMs
        return
      }
      if (!inPlace && atMs - printedAtMs < PLAIN_INTERVAL_MS) return
      const text = lineOf(before, { totals, atMs })
      before = { totals, atMs }
      printedAtMs = atMs
      write(inPlace ? `\r\u001B[2K${text}` : `${text}\n`)
      shown = inPlace
    },
    end: () => {
      if (shown) write('\n')
      shown = false
    },
  }
}

interface Sample {
  readonly totals: FleetTotals
  readonly atMs: number
}

function lineOf(before: Sample, now: Sample): string {
  const seconds = (now.atMs - before.atMs) / 1_000
  const calls = (now.totals.calls - before.totals.calls) / seconds
  // A cache that was exchanged counts from zero again: below zero there is nothing to say.
  const requests = now.totals.cacheRequests - before.totals.cacheRequests
  const hits = now.totals.cacheHits - before.totals.cacheHits
  const ratio = requests > 0 && hits >= 0 && hits <= requests ? `hit ratio ${formatShare(hits / requests)}` : 'no cache in use'
  return `  ${formatNumber(Math.round(calls))} calls/s, ${ratio}, ${formatNumber(now.totals.errors)} errors`
}
