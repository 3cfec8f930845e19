import { blockStart, type Span } from '../prometheus/evidence.ts'

/** In fewer blocks than this chance looks like a change, where a rule says nothing else. */
const LASTING = 3

/**
 * Since when something has held in every block up to now, in Unix seconds, not before the proposal; undefined where that is for fewer
 * than `least` blocks.
 * @param holds whether it does in the block of an index
 * @param least default 3
 */
export function lastingSince(
  span: Span,
  createdAt: number,
  holds: (index: number) => boolean,
  least: number = LASTING,
): number | undefined {
  let first = span.blocks
  while (first > 0 && blockStart(span, first - 1) >= createdAt - span.blockSeconds && holds(first - 1)) first--
  return span.blocks - first >= least ? Math.max(createdAt, blockStart(span, first)) : undefined
}
