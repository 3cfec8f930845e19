import { heap, leak, system } from '@pitwall/sdk/contract'
import type { Evidence } from '../prometheus/evidence.ts'
import { addBlocks, type Blocks } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import type { Saving } from '../recommendation/recommendation.ts'
import { estimate, scaled } from './estimate.ts'
import { type ByProcess, latest, levelByProcess, together } from './processes.ts'

/** The rate of growth is not known more exactly than this, as a share of it: it was another one before the process was warm. */
const UNSURE = 0.15

/** What processes hold, by their major collections: heap and what it keeps outside. */
export function heldBytes(evidence: Evidence, subject: Subject): ByProcess {
  const outside = levelByProcess(evidence, subject, heap.external)
  return new Map(
    [...levelByProcess(evidence, subject, heap.afterGc)].map(([process, inside]) => [
      process,
      addBlocks(inside, outside.get(process) ?? []).map((value, index) => (inside[index] === undefined ? undefined : value)),
    ]),
  )
}

/**
 * Bytes that a leak holds in all processes: its growth times the age of each, at most what the process holds at all. The lower bound
 * is the mean of the window, which is what a later measurement compares with, the upper one that of the window after the next.
 * Undefined without growth in three blocks.
 */
export function leakedBytes(evidence: Evidence, subject: Subject): Saving | undefined {
  const { span } = evidence
  const growth = levelByProcess(evidence, subject, leak.growth)
  const now = latest(growth)
  const [ages, held] = [latest(levelByProcess(evidence, subject, system.uptime)), latest(heldBytes(evidence, subject))]
  const windowSeconds = span.windowBlocks * span.blockSeconds
  /** Bytes after so many seconds from the end of the window. */
  const after = (seconds: number): number =>
    [...now].reduce((sum, [process, perHour]) => {
      const grown = (perHour / 3_600) * Math.max(0, (ages.get(process) ?? 0) + Math.min(seconds, 0))
      const more = (perHour / 3_600) * Math.max(0, seconds)
      return sum + Math.min(grown, held.get(process) ?? grown) + more
    }, 0)
  const rates: Blocks = together(growth)
  const total = [...now.values()].reduce((sum, value) => sum + value, 0)
  const rate = estimate({
    amounts: rates.map((value) => (value === undefined ? undefined : value * span.blockSeconds)),
    requests: rates.map((value) => (value === undefined ? undefined : span.blockSeconds)),
    windowBlocks: span.windowBlocks,
    floor: UNSURE * total,
  })
  if (rate === undefined || total <= 0 || rate.likely <= 0) return undefined
  const { lower, upper } = scaled(rate, 1 / rate.likely)
  return {
    unit: 'By',
    lower: Math.max(0, lower) * after(-windowSeconds / 2),
    likely: after(windowSeconds / 2),
    upper: upper * after(1.5 * windowSeconds),
  }
}
