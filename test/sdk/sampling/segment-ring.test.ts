import { describe, expect, it } from 'vitest'
import { SegmentRing } from '../../../sdk/src/sampling/segment-ring.ts'

describe('the segments that are kept', () => {
  it('are told in microseconds on the other clock, if they touch the time asked for', () => {
    const ring = new SegmentRing()
    ring.add(1, 2, { function: 'plan' })
    ring.add(2, 3, { function: 'search' })
    ring.add(5, 6, { function: 'plan' })
    expect(ring.between(102_500, 104_900, 100_000)).toEqual([{ startUs: 102_000, endUs: 103_000, labels: { function: 'search' } }])
    expect(ring.between(0, 1e9, 100_000).map(({ labels }) => labels.function)).toEqual(['plan', 'search', 'plan'])
    expect(ring.between(107_000, 1e9, 100_000)).toEqual([])
  })

  it('are never more than there is room for: the oldest go', () => {
    const ring = new SegmentRing()
    for (let time = 0; time < 10_000; time++) ring.add(time, time + 0.5, { function: `${time}` })
    const kept = ring.between(0, 1e12, 0)
    expect(kept).toHaveLength(8_192)
    expect([kept[0]?.labels.function, kept.at(-1)?.labels.function]).toEqual(['1808', '9999'])
  })

  it('are on the clock of process.hrtime where nothing else is said', () => {
    const ring = new SegmentRing()
    const before = Number(process.hrtime.bigint()) / 1_000
    const now = performance.now()
    ring.add(now, now, { function: 'plan' })
    const after = Number(process.hrtime.bigint()) / 1_000
    expect(ring.between(before - 1_000, after + 1_000)).toHaveLength(1)
  })
})
