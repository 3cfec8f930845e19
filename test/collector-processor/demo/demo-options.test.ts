import { expect, test } from 'vitest'
import { demoOptions } from '../../../collector-processor/src/demo/demo-options.ts'

test('runs three agents with seed 1 when nothing is asked for', () => {
  expect(demoOptions({})).toEqual({ json: false, keep: false, seed: 1, agents: 3, costMs: 20 })
})

test('takes every option', () => {
  expect(demoOptions({ json: true, keep: true, seed: '7', agents: '5', trace: 'some.tsv.gz', 'cost-ms': '8', duration: '60' })).toEqual({
    json: true,
    keep: true,
    seed: 7,
    agents: 5,
    trace: 'some.tsv.gz',
    costMs: 8,
    durationMs: 60_000,
  })
})

test.each([
  [{ seed: 'x' }, /--seed is 'x', but must be a whole number from 0 to/],
  [{ agents: '0' }, /--agents is '0', but must be a whole number from 1 to 16\./],
  [{ agents: '2.5' }, /--agents is '2\.5'/],
  [{ 'cost-ms': '' }, /--cost-ms is ''/],
  [{ duration: '5' }, /--duration is '5', but must be a whole number from 20 to 3600\./],
])('refuses %j in one sentence', (values, message) => {
  expect(() => demoOptions(values)).toThrow(message)
})
