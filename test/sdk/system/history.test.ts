import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { History } from '../../../sdk/src/system/history.ts'

describe('the history', () => {
  it('has the last measurements that are not too old, in order, and no others', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 9 })),
        (most, maxAge, steps) => {
          const history = new History<{ at: number }>(most, maxAge)
          let now = 0
          const all = steps.map((step) => ({ at: (now += step) }))
          for (const item of all) history.add(item)
          expect(history.recent(now)).toEqual(all.slice(-most).filter(({ at }) => now - at <= maxAge))
        },
      ),
    )
  })
})
