import { blockStart, indexAt, type Span } from '../prometheus/evidence.ts'
import { type Blocks, sumOf } from '../prometheus/series.ts'

/** So many of the last blocks in a row must show the lower share. */
const LASTING = 3

/**
 * When a part of something became less than half of the share that it had until a moment, in Unix seconds: since then in every block up
 * to the last, and in three at least. Undefined while it did not, or where there was nothing since. Of a change that shows in no setting.
 */
export function shareFellAt(part: Blocks, whole: Blocks, createdAt: number, span: Span): number | undefined {
  const from = indexAt(span, createdAt)
  const usual = sumOf(part.slice(0, from + 1)) / Math.max(1, sumOf(whole.slice(0, from + 1)))
  const isLower = (index: number): boolean => {
    const all = whole[index]
    return all !== undefined && (all === 0 || (part[index] ?? 0) < (usual / 2) * all)
  }
  let first = span.blocks
  while (first - 1 > from && isLower(first - 1)) first--
  if (span.blocks - first < LASTING || sumOf(whole.slice(first)) <= 0) return undefined
  return Math.max(createdAt, blockStart(span, first))
}
