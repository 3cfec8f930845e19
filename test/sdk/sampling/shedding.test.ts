import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Shedding, type Verdict } from '../../../sdk/src/sampling/shedding.ts'

const LOOK_MS = 10_000
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const budget = { share: 0.01, bytes: 25 * 2 ** 20 }

/** The SDK with one layer that can be shed, looked at every ten seconds; costs are shares of a core. */
function simulate(looks: number, costOf: (nowMs: number, layerRuns: boolean) => number, bytesOf = (_layerRuns: boolean) => 0) {
  const shedding = new Shedding(budget, 0, 0)
  const changes: { verdict: Verdict; at: number }[] = []
  let spentMs = 0
  let runs = true
  for (let look = 1; look <= looks; look++) {
    const now = look * LOOK_MS
    spentMs += costOf(now, runs) * LOOK_MS
    const verdict = shedding.look(now, spentMs, bytesOf(runs))
    if (verdict === 'shed' && runs) {
      runs = false
      shedding.shed()
    } else if (verdict === 'return' && !runs) {
      runs = true
      shedding.returned(now)
    } else continue
    changes.push({ verdict, at: now })
  }
  return changes
}

const share = (most: number) => fc.double({ min: 0, max: most, noNaN: true })

describe('the decision to shed a layer', () => {
  it('never falls while every interval is within the budget', () => {
    fc.assert(
      fc.property(fc.array(share(0.00999), { minLength: 1, maxLength: 300 }), (costs) => {
        expect(simulate(costs.length, (now) => costs[now / LOOK_MS - 1] ?? 0)).toEqual([])
      }),
    )
  })

  it('does not fall for one expensive moment, nor for intervals above the budget that others make up for', () => {
    expect(simulate(100, (now) => (now === LOOK_MS ? 0.06 : 0.005))).toEqual([])
    expect(simulate(1_000, (now) => (now % (2 * LOOK_MS) === 0 ? 0.019 : 0.001))).toEqual([])
  })

  it('falls within a bounded time above the budget: a minute at twice the budget, half of it at three times', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.011, max: 1, noNaN: true }), (cost) => {
        const [first] = simulate(1_000, (_, runs) => (runs ? cost : 0))
        expect(first?.verdict).toBe('shed')
        expect(first?.at).toBeLessThanOrEqual((MINUTE * budget.share) / (cost - budget.share) + LOOK_MS + 1)
      }),
    )
  })

  it('does not fall earlier for a mean that is only a little above the budget', () => {
    expect(simulate(1_000, (_, runs) => (runs ? 0.0105 : 0))[0]?.at).toBeGreaterThanOrEqual(20 * MINUTE)
  })

  it('falls for memory that stays above the budget for a minute, and not for a moment of it', () => {
    expect(
      simulate(
        7,
        () => 0,
        () => budget.bytes + 1,
      ),
    ).toEqual([{ verdict: 'shed', at: 70_000 }])
    let looks = 0
    expect(
      simulate(
        100,
        () => 0,
        () => (++looks % 6 === 0 ? 0 : 2 * budget.bytes),
      ),
    ).toEqual([])
  })
})

describe('the decision that a layer returns', () => {
  it('falls when there has been room for five minutes', () => {
    const changes = simulate(361, (now, runs) => (runs && now < 50 * MINUTE ? 0.05 : 0.001))
    expect(changes[1]?.at).toBe((changes[0]?.at ?? 0) + 5 * MINUTE)
  })

  it('does not fall while the rest takes more than four fifths of the budget, nor while memory does', () => {
    expect(simulate(2_000, (_, runs) => (runs ? 0.05 : 0.0085)).map(({ verdict }) => verdict)).toEqual(['shed'])
    const bytes = (runs: boolean) => budget.bytes * (runs ? 1.5 : 0.9)
    expect(simulate(2_000, () => 0, bytes).map(({ verdict }) => verdict)).toEqual(['shed'])
  })

  it('comes later each time that it fails, so that a layer which is too much does not come and go', () => {
    // Up to a little less than what leaves room: exactly there, rounding decides from look to look.
    fc.assert(
      fc.property(fc.double({ min: 0.0102, max: 1, noNaN: true }), share(0.0079), (running, rest) => {
        const changes = simulate((48 * HOUR) / LOOK_MS, (_, runs) => (runs ? running : rest))
        const waits = changes.flatMap(({ verdict, at }, index) => (verdict === 'return' ? [at - (changes[index - 1]?.at ?? 0)] : []))
        for (const [index, wait] of waits.slice(1).entries())
          expect(wait).toBeGreaterThanOrEqual(Math.min(6 * HOUR, 2 * (waits[index] ?? 0)))
        expect(waits.length).toBeLessThanOrEqual(13)
      }),
      { numRuns: 30 },
    )
  })

  it('comes as early as ever again after one that succeeded', () => {
    const tooMuch = (now: number) => now < 3 * HOUR || (now > 12 * HOUR && now < 13 * HOUR)
    const changes = simulate((14 * HOUR) / LOOK_MS, (now, runs) => (runs && tooMuch(now) ? 0.05 : 0.001))
    const again = changes.findIndex(({ verdict, at }) => verdict === 'shed' && at > 12 * HOUR)
    expect((changes[again + 1]?.at ?? 0) - (changes[again]?.at ?? 0)).toBe(5 * MINUTE)
  })

  it('never changes anything more often than once a look, whatever the costs are', () => {
    fc.assert(
      fc.property(fc.array(share(0.2), { minLength: 1, maxLength: 500 }), (costs) => {
        const changes = simulate(costs.length, (now) => costs[now / LOOK_MS - 1] ?? 0)
        for (const [index, { verdict }] of changes.entries()) expect(verdict).toBe(index % 2 === 0 ? 'shed' : 'return')
      }),
    )
  })
})
