import type { Block } from './block.ts'

/** Blocks that are kept. */
const MAX_BLOCKS = 32

let blocks: readonly Block[] = []

/** The last 32 blocks of the event loop, newest last, with their stacks. Positions alone: no argument and no value is ever read. */
export function recentBlocks(): readonly Block[] {
  return blocks
}

/** Adds a block; the oldest goes. */
export function rememberBlock(block: Block): void {
  blocks = [...blocks, block].slice(-MAX_BLOCKS)
}
