import { describe, expect, it } from 'vitest'
import { CallStatistics } from '../../../sdk/src/sampling/call-statistics.ts'
import { RepetitionBudget } from '../../../sdk/src/sampling/repetition-budget.ts'
import { ManualClock } from '../../support/clock.ts'

const PLACES = 16

function fleet(count: number) {
  const clock = new ManualClock()
  const budget = new RepetitionBudget(clock)
  const functions = Array.from({ length: count }, (_, index) => new CallStatistics(`function ${index}`, false))
  for (const one of functions) budget.add(one)
  const call = (one: CallStatistics | undefined, times: number, milliseconds: number) => {
    for (let round = 0; round < times; round++) {
      one?.held(milliseconds, 0)
      if (one) budget.consider(one)
    }
  }
  const rank = () => {
    clock.advance(60_000)
    budget.collect()
  }
  const tracked = () => functions.flatMap(({ tracking }, index) => (tracking ? [index] : []))
  return { functions, call, rank, tracked, budget, clock }
}

describe('the budget for following arguments', () => {
  it('takes a slow function in after its first calls, while there is room', () => {
    const { functions, call, tracked } = fleet(20)
    for (const one of functions) call(one, 4, 10)
    expect(tracked()).toHaveLength(PLACES)
  })

  it('prefers the functions that take most time, at the next ranking', () => {
    const { functions, call, rank, tracked } = fleet(20)
    for (const one of functions) call(one, 4, 10)
    for (const late of functions.slice(16)) call(late, 100, 10)
    rank()
    expect(tracked()).toEqual(expect.arrayContaining([16, 17, 18, 19]))
    expect(tracked()).toHaveLength(PLACES)
  })

  it('does not change places for a small difference', () => {
    const { functions, call, rank, tracked } = fleet(17)
    for (const one of functions) call(one, 10, 10)
    rank()
    const before = tracked()
    for (const [index, one] of functions.entries()) call(one, 10, index === 16 ? 12 : 10)
    rank()
    expect(tracked()).toEqual(before)
  })

  it('ranks at most every half minute, however often metrics are collected', () => {
    const { functions, call, tracked, budget, clock } = fleet(17)
    for (const one of functions) call(one, 4, 10)
    call(functions[16], 1_000, 10)
    clock.advance(1_000)
    budget.collect()
    expect(tracked()).not.toContain(16)
  })

  it('lets a function go that was slow only before it was compiled, and not one that stays slow', () => {
    const { call, functions, tracked } = fleet(2)
    for (const one of functions) call(one, 4, 1)
    call(functions[0], 1_000, 0.001)
    call(functions[1], 1_000, 1)
    expect(tracked()).toEqual([1])
  })

  it('has no place for functions that are quick or that a cache stands in front of', () => {
    const { budget, call, functions, tracked } = fleet(1)
    call(functions[0], 600, 0.02)
    expect(tracked()).toEqual([])
    const cached = new CallStatistics('cached', true)
    budget.add(cached)
    call(cached, 10, 10)
    expect(cached.tracking).toBeUndefined()
  })
})
