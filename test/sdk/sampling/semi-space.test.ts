import { describe, expect, it } from 'vitest'
import { semiSpaceLimit } from '../../../sdk/src/sampling/semi-space.ts'

const MIB = 2 ** 20

function limit(heapMib: number, memoryMib: number, ...options: string[]): number | undefined {
  const bytes = semiSpaceLimit({ heapLimit: heapMib * MIB, memory: memoryMib * MIB, options })
  return bytes === undefined ? undefined : bytes / MIB
}

describe('the limit of the semi-space', () => {
  // Heap limits that Node 22.23, 24.21 and 26.10 state, and the semi-space that their new space was seen to grow to.
  it.each([
    [22, 512, 259, 1],
    [22, 1_024, 524, 4],
    [22, 2_048, 1_048, 8],
    [22, 4_096, 2_096, 16],
    [22, 32_768, 4_144, 16],
    [24, 512, 259, 1],
    [24, 1_024, 560, 16],
    [24, 2_048, 1_120, 32],
    [24, 8_192, 2_240, 64],
    [24, 32_768, 4_288, 64],
    [26, 512, 268, 4],
    [26, 1_024, 536, 8],
    [26, 2_048, 1_072, 16],
    [26, 8_192, 2_144, 32],
    [26, 32_768, 4_192, 32],
  ])('on Node %i with %i MiB of memory, where the heap may have %i MiB, is %i MiB', (_, memory, heap, semiSpace) => {
    expect(limit(heap, memory)).toBe(semiSpace)
  })

  it('is what was asked for, rounded up to a power of two, and the last option holds', () => {
    expect(limit(4_120, 32_768, '--max-semi-space-size=5')).toBe(8)
    expect(limit(4_120, 32_768, '--max-semi-space-size=64', '--max_semi_space_size=8')).toBe(8)
  })

  it('follows from a limit of the old space that was asked for', () => {
    expect(limit(848, 32_768, '--max-old-space-size=800')).toBe(16)
    expect(limit(16_432, 32_768, '--max-old-space-size-percentage=50')).toBe(16)
  })

  it('is a third of the young generation in a worker', () => {
    expect(semiSpaceLimit({ heapLimit: 1, memory: 1, options: [], workerYoungLimit: 48 * MIB })).toBe(16 * MIB)
  })

  it.each([
    ['a heap limit that does not follow from the memory', limit(3_000, 32_768)],
    ['an option in another form', limit(4_144, 32_768, '--max-old-space-size', '800')],
    ['a limit of the whole heap', limit(512, 32_768, '--max-heap-size=512')],
    ['an option that is no number', limit(4_144, 32_768, '--max-semi-space-size=large')],
  ])('is not guessed from %s', (_, found) => {
    expect(found).toBeUndefined()
  })
})
