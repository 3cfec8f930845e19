import { expect, test } from 'vitest'
import { compute, computeInSlices } from '../../../../collector-processor/src/demo/agent/compute.ts'

test('computing holds the thread for the time that was asked for', () => {
  const start = performance.now()
  compute(20)
  expect(performance.now() - start).toBeGreaterThanOrEqual(20)
})

test('computing in slices lets others through before it is done', async () => {
  const order: string[] = []
  setImmediate(() => order.push('other'))
  await computeInSlices(30)
  order.push('done')
  expect(order).toEqual(['other', 'done'])
})
