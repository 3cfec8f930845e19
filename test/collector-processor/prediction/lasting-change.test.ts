import { describe, expect, it } from 'vitest'
import { lastingSince } from '../../../collector-processor/src/prediction/lasting-change.ts'

const span = { end: 600, blockSeconds: 50, blocks: 12, windowBlocks: 12 }

describe('a change that lasts', () => {
  it('began with the first of the blocks in which it has held up to now', () => {
    expect(lastingSince(span, 100, (index) => index >= 8)).toBe(400)
    expect(lastingSince(span, 100, (index) => index >= 8 || index === 5)).toBe(400)
  })

  it('is none of two blocks, nor one that is over', () => {
    expect(lastingSince(span, 100, (index) => index >= 10)).toBeUndefined()
    expect(lastingSince(span, 100, (index) => index < 11)).toBeUndefined()
  })

  it('is not older than the proposal', () => {
    expect(lastingSince(span, 420, () => true)).toBe(420)
    expect(lastingSince(span, 550, () => true)).toBeUndefined()
  })
})
