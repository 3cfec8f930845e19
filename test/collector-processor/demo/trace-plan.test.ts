import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planTrace } from '../../../collector-processor/src/demo/trace-plan.ts'

const options = { agents: 3, durationMs: 9_000, costMs: 20, name: 'recording' }

describe('planTrace', () => {
  test('keeps every request and the order in each process', () => {
    const request = fc.record({ key: fc.stringMatching(/^[a-z]{1,3}$/), agent: fc.stringMatching(/^[0-9]$/) })
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (requests, agents) => {
        const { calls } = planTrace(requests, { ...options, agents })
        const merged = calls.flat().toSorted((a, b) => a.atMs - b.atMs)
        expect(merged.map((call) => call.key)).toEqual(requests.map((one) => one.key))
        for (const share of calls) expect(share).toEqual(share.toSorted((a, b) => a.atMs - b.atMs))
      }),
    )
  })

  test('gives a recorded agent to one process', () => {
    const requests = ['a', 'b', 'a', 'c', 'd', 'a'].map((agent, index) => ({ key: String(index), agent }))
    const { calls } = planTrace(requests, options)
    expect(calls.map((share) => share.map((call) => call.key))).toEqual([['0', '2', '4', '5'], ['1'], ['3']])
  })

  test('deals requests out in turn when nobody recorded who made them', () => {
    const { calls } = planTrace([{ key: '1' }, { key: '2' }, { key: '3' }, { key: '4' }], options)
    expect(calls.map((share) => share.map((call) => call.key))).toEqual([['1', '4'], ['2'], ['3']])
  })

  test('names the function after the key, else after the trace', () => {
    const { calls, functions } = planTrace([{ key: 'search:1' }, { key: '2' }], { ...options, agents: 1 })
    expect(calls[0]?.map((call) => call.name)).toEqual(['search', 'recording'])
    expect(functions).toEqual(['search', 'recording'])
  })

  test('takes costs from the trace where it knows them, and divides them when they would not fit', () => {
    const cheap = planTrace([{ key: '1', costMs: 7 }, { key: '2' }], { ...options, agents: 1 })
    expect(cheap.calls[0]?.map((call) => call.costMs)).toEqual([7, 20])
    expect(cheap.costDivisor).toBe(1)
    const slow = planTrace(
      [
        { key: '1', costMs: 4_000 },
        { key: '2', costMs: 5_000 },
      ],
      { ...options, agents: 1 },
    )
    expect(slow.calls[0]?.map((call) => call.costMs)).toEqual([400, 500])
    expect(slow.costDivisor).toBe(10)
  })

  test('spreads the requests evenly over the time there is', () => {
    const { calls, requestsPerSecond } = planTrace(
      Array.from({ length: 90 }, (_, index) => ({ key: String(index) })),
      options,
    )
    expect(requestsPerSecond).toBeCloseTo(10)
    expect(calls[0]?.slice(0, 3).map((call) => Math.round(call.atMs))).toEqual([0, 300, 600])
  })
})
