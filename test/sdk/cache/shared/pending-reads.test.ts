import { describe, expect, it } from 'vitest'
import { PendingReads } from '../../../../sdk/src/cache/shared/pending-reads.ts'

describe('PendingReads', () => {
  it('are outdated by a change of their key, and of no other', () => {
    const reads = new PendingReads()
    const [a, again, b] = [reads.begin('a', false), reads.begin('a', false), reads.begin('b', false)]
    reads.outdate('a')
    expect([a.isOutdated, again.isOutdated, b.isOutdated, reads.begin('a', false).isOutdated]).toEqual([true, true, false, false])
  })

  it('are all outdated where it is not known what was changed', () => {
    const reads = new PendingReads()
    const all = ['a', 'b'].map((key) => reads.begin(key, false))
    reads.outdateAll()
    expect(all.every(({ isOutdated }) => isOutdated)).toBe(true)
  })

  it('are forgotten when they end', () => {
    const reads = new PendingReads()
    const read = reads.begin('a', false)
    reads.end(read)
    reads.outdate('a')
    expect(read.isOutdated).toBe(false)
  })
})
