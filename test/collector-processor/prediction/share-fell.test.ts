import { describe, expect, it } from 'vitest'
import { shareFellAt } from '../../../collector-processor/src/prediction/share-fell.ts'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'

const span: Span = { end: 1_000, blockSeconds: 100, blocks: 10, windowBlocks: 10 }
const tens: Blocks = Array.from({ length: 10 }, () => 10)
const from = (block: number, value: number): Blocks => tens.map((_, index) => (index < block ? 5 : value))

describe('shareFellAt', () => {
  it('sees when a share became less than half of what it was', () => {
    expect(shareFellAt(from(6, 2), tens, 350, span)).toBe(600)
  })

  it('waits for three blocks, and is not misled by a smaller fall', () => {
    expect(shareFellAt(from(8, 0), tens, 350, span)).toBeUndefined()
    expect(shareFellAt(from(6, 3), tens, 350, span)).toBeUndefined()
  })

  it('does not take silence for a fall, but goes on through a block without anything', () => {
    expect(shareFellAt(from(6, 0), from(6, 0), 350, span)).toBeUndefined()
    expect(shareFellAt(from(6, 0), from(6, 1).with(7, 0), 350, span)).toBe(600)
    expect(shareFellAt(from(6, 0), from(6, 1).with(7, undefined), 350, span)).toBeUndefined()
  })
})
