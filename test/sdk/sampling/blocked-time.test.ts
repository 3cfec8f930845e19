import { describe, expect, it } from 'vitest'
import { BlockedTime } from '../../../sdk/src/sampling/blocked-time.ts'

describe('blocked time that was reported', () => {
  it('is told for a stretch of time, by when the blocks were over', () => {
    const blockedTime = new BlockedTime()
    blockedTime.byFunction('before', 60, 1_000)
    blockedTime.byFunction('parse', 200, 1_300)
    blockedTime.byHost(90, 1, 1_500)
    blockedTime.byFunction('after', 70, 1_501)
    expect(blockedTime.reportedBetween(1_000, 1_500)).toBe(290)
    expect(blockedTime.reportedBetween(2_000, 3_000)).toBe(0)
    expect(blockedTime.reported).toBe(420)
  })

  it('does not take what nobody can name, nor collections, for reported', () => {
    const blockedTime = new BlockedTime()
    blockedTime.byOthers(200)
    blockedTime.byCollector(200)
    expect(blockedTime.reportedBetween(-Infinity, Infinity)).toBe(0)
  })

  it('keeps a bounded number of reports', () => {
    const blockedTime = new BlockedTime()
    for (let end = 0; end < 1_000; end++) blockedTime.byFunction('parse', 1, end)
    expect(blockedTime.reportedBetween(-Infinity, Infinity)).toBe(16)
    expect(blockedTime.reported).toBe(1_000)
  })
})
