import { describe, expect, it } from 'vitest'
import { recommendationId } from '../../../collector-processor/src/recommendation/identity.ts'
import { best, priorityOf, rank } from '../../../collector-processor/src/recommendation/ranking.ts'
import type { Recommendation, Saving } from '../../../collector-processor/src/recommendation/recommendation.ts'
import { sampleRecommendation } from '../../support/recommendations.ts'

const units = { gibibyteWorth: 0.125, dollarWorth: 25 }
const saving = (lower: number, likely = lower, upper = likely): Saving => ({ unit: 's/s', lower, likely, upper })
const of = (id: string, changes: Partial<Recommendation>): Recommendation => sampleRecommendation({ id, subject: id, ...changes })
const ids = (list: readonly Recommendation[]): string => list.map(({ id }) => id).join(' ')

describe('ranking', () => {
  it('goes by the lower bound, not by the likely saving', () => {
    expect(ids(rank([of('likely', { saving: saving(0.1, 9) }), of('certain', { saving: saving(0.5, 0.6) })], units))).toBe('certain likely')
  })

  it('weighs the saving against the effort', () => {
    expect(
      ids(rank([of('long', { saving: saving(1), effort: 'days' }), of('short', { saving: saving(0.1), effort: 'minutes' })], units)),
    ).toBe('short long')
  })

  it('compares savings by what they are worth, and never bytes with seconds as they are', () => {
    const bytes = { unit: 'By', lower: 2 ** 30, likely: 2 ** 30, upper: 2 ** 30 } as const
    const dollars = { unit: 'usd/h', lower: 0.01, likely: 0.01, upper: 0.01 } as const
    const list = [of('gibibyte', { saving: bytes }), of('seconds', { saving: saving(0.2) }), of('dollars', { saving: dollars })]
    expect(ids(rank(list, units))).toBe('dollars seconds gibibyte')
    expect(ids(rank(list, { gibibyteWorth: 10, dollarWorth: 0 }))).toBe('gibibyte seconds dollars')
  })

  it('puts what is open before what was done, and both before what lapsed', () => {
    const list = [
      of('s', { state: 'stale' }),
      of('v', { state: 'verified' }),
      of('a', { state: 'applied' }),
      of('p', { saving: saving(0.02) }),
    ]
    expect(ids(rank(list, units))).toBe('p a v s')
  })

  it('loses nothing that waits for its verdict, however much is open', () => {
    const list = rank(
      [of('a', { state: 'applied' }), of('p', { saving: saving(1) }), of('q', { saving: saving(2) }), of('v', { state: 'verified' })],
      units,
    )
    expect(ids(best(list, 1))).toBe('q a')
    expect(ids(best(list, 2))).toBe('q p a v')
  })

  it('does not depend on the order in which it is given', () => {
    const list = ['a', 'b', 'c'].map((id) => of(id, {}))
    expect(ids(rank(list.toReversed(), units))).toBe(ids(rank(list, units)))
  })

  it('calls a saving that is not certain medium at most', () => {
    expect([2, 0.3, 0.06, 0.02].map((lower) => priorityOf(lower, true))).toEqual(['critical', 'high', 'medium', 'low'])
    expect([2, 0.3, 0.06, 0.02].map((lower) => priorityOf(lower, false))).toEqual(['medium', 'medium', 'medium', 'low'])
  })
})

describe('the id of a recommendation', () => {
  it('is ten digits that depend on rule, service and subject alone', () => {
    expect(recommendationId('short-ttl', 'agent', 'rates')).toMatch(/^[0-9a-f]{10}$/)
    expect(recommendationId('short-ttl', 'agent', 'rates')).toBe(recommendationId('short-ttl', 'agent', 'rates'))
    expect(recommendationId('short-ttl', 'a', 'gent rates')).not.toBe(recommendationId('short-ttl', 'a gent', 'rates'))
  })
})
