import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  conversationCost,
  conversationOf,
  repeatedShare,
  type StepRange,
} from '../../../collector-processor/src/prediction/conversation.ts'

const firsts = [1, 2, 3, 5, 9, 17, 33]

/** Calls by ranges of conversations of these lengths, whose input grows evenly. */
function seen(lengths: readonly number[], base: number, perCall: number): readonly StepRange[] {
  const places = lengths.flatMap((length) => Array.from({ length }, (_, index) => index + 1))
  return firsts.map((first, index) => {
    const within = places.filter((place) => place >= first && place < (firsts[index + 1] ?? Infinity))
    return { first, calls: within.length, tokens: within.reduce((sum, place) => sum + base + perCall * (place - 1), 0) }
  })
}

const price = { input: 2, cachedInput: 0.5, output: 8 }
const lengths = fc.array(fc.integer({ min: 10, max: 60 }), { minLength: 50, maxLength: 80 })

describe('the mean conversation', () => {
  it('costs what the conversations cost that it was made of, within a tenth, or is not known', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 500, max: 4_000 }), fc.integer({ min: 200, max: 2_000 }), (all, base, perCall) => {
        const mean = conversationOf(seen(all, base, perCall))
        const tokens = all.reduce((sum, length) => sum + length * base + (perCall * length * (length - 1)) / 2, 0) / all.length
        const error = mean === undefined ? 0 : conversationCost(mean, price, 0) / ((tokens * price.input) / 1e6) - 1
        expect(Math.abs(error)).toBeLessThan(0.1)
      }),
      { numRuns: 50 },
    )
    expect(
      conversationOf(
        seen(
          Array.from({ length: 51 }, (_, index) => 10 + index),
          1_000,
          500,
        ),
      ),
    ).toBeDefined()
  })

  it('costs what each call reads, less what the provider had in its cache', () => {
    const three = { base: 1_000, perCall: 500, reaching: [1, 1, 0.5] }
    expect(conversationCost(three, price, 0)).toBeCloseTo((2 * (1_000 + 1_500 + 0.5 * 2_000)) / 1e6, 12)
    const cheaper = (1.5 * (1_000 + 0.5 * 1_500)) / 1e6
    expect(conversationCost(three, price, 1)).toBeCloseTo(conversationCost(three, price, 0) - cheaper, 12)
    expect(repeatedShare(three)).toBeCloseTo((1_000 + 0.5 * 1_500) / 3_500, 12)
  })

  it('is not made cheaper by limits that it never meets, nor by ones that are met at every call', () => {
    const mean = { base: 1_000, perCall: 500, reaching: Array.from({ length: 20 }, () => 1) }
    const cost = conversationCost(mean, price, 0.9)
    expect(conversationCost(mean, price, 0.9, { most: 20_000, least: 10_000 })).toBe(cost)
    expect(conversationCost(mean, price, 0.9, { most: 1_400, least: 1_000 })).toBeGreaterThan(cost)
    expect(conversationCost(mean, price, 0.9, { most: 6_000, least: 2_000 })).toBeLessThan(cost)
  })

  it('is not known where input does not grow evenly, or hardly a call is there', () => {
    const even = seen([20, 30], 1_000, 500)
    expect(conversationOf(even.map((range) => (range.first === 17 ? { ...range, tokens: range.tokens / 3 } : range)))).toBeUndefined()
    expect(conversationOf(seen([20, 30], 3_000, 0))).toBeUndefined()
    expect(conversationOf(seen([2], 1_000, 500))).toBeUndefined()
    expect(conversationOf([])).toBeUndefined()
  })
})
