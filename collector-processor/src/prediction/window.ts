import type { Span } from '../prometheus/evidence.ts'
import { type Blocks, sumOf } from '../prometheus/series.ts'

/** A counter's growth over the window. */
export interface Growth {
  readonly total: number
  /** Per second of the blocks that have a value; 0 when none has. */
  readonly perSecond: number
}

/** Growth over the window, from the growth in each block. A process that is younger than the window does not dilute its rate. */
export function growthInWindow(blocks: Blocks, { windowBlocks, blockSeconds }: Span): Growth {
  const window = blocks.slice(-windowBlocks)
  const seconds = window.filter((value) => value !== undefined).length * blockSeconds
  const total = sumOf(window)
  return { total, perSecond: seconds === 0 ? 0 : total / seconds }
}
