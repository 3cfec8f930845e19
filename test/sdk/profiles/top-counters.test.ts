import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TopCounters } from '../../../sdk/src/profiles/top-counters.ts'

const shown = (counters: TopCounters) => Object.fromEntries(counters.entries())

describe('the counters of the largest keys', () => {
  it('never fall, lose nothing, and stay within their bounds, whatever comes', () => {
    const window = fc.dictionary(fc.constantFrom(...'abcdefghijkl'), fc.integer({ min: 0, max: 1_000 }), { maxKeys: 12 })
    fc.assert(
      fc.property(
        fc.array(window, { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 4, max: 8 }),
        (windows, atATime, ever) => {
          const counters = new TopCounters(atATime, ever, 5)
          const highest = new Map<string, number>()
          let [sum, rest] = [0, 0]
          for (const one of windows) {
            counters.add(new Map(Object.entries(one)))
            sum += Object.values(one).reduce((total, amount) => total + amount, 0)
            for (const [key, total] of counters.entries()) {
              expect(total).toBeGreaterThanOrEqual(highest.get(key) ?? 0)
              highest.set(key, total)
            }
            expect(counters.rest).toBeGreaterThanOrEqual(rest)
            rest = counters.rest
            expect([...counters.entries()].length).toBeLessThanOrEqual(atATime)
          }
          expect(highest.size).toBeLessThanOrEqual(ever)
          // What was counted for keys that are not shown now is remembered, so nothing is lost on the way.
          expect([...highest.values()].reduce((total, amount) => total + amount, 0) + rest).toBe(sum)
        },
      ),
    )
  })

  it('show a key that has become large, and go on where it was when it comes back', () => {
    const counters = new TopCounters(1, 10, 0)
    counters.add(new Map([['search', 5]]))
    for (let round = 0; round < 30; round++) counters.add(new Map([['render', 5]]))
    expect(Object.keys(shown(counters))).toEqual(['render'])
    for (let round = 0; round < 60; round++) counters.add(new Map([['search', 50]]))
    expect(shown(counters)['search']).toBeGreaterThan(5)
  })

  it('do not let two keys of like size take turns', () => {
    const counters = new TopCounters(1, 10, 0)
    counters.add(
      new Map([
        ['a', 10],
        ['b', 9],
      ]),
    )
    for (let round = 0; round < 20; round++)
      counters.add(
        new Map([
          ['a', 9],
          ['b', 10],
        ]),
      )
    expect(Object.keys(shown(counters))).toEqual(['a'])
  })

  it('do not show what chance may have made', () => {
    const counters = new TopCounters(30, 200, 0.05)
    counters.add(
      new Map([
        ['seen once', 0.01],
        ['hot', 1],
      ]),
    )
    expect([shown(counters), counters.rest]).toEqual([{ hot: 1 }, 0.01])
  })
})
