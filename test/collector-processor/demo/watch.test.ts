import { expect, test } from 'vitest'
import { watch } from '../../../collector-processor/src/demo/watch.ts'

const signal = new AbortController().signal
const report = (evaluatedAt: number) => ({ recommendations: [], notAdvised: [], evaluatedAt })

test('evaluates until the report is the one that was waited for', async () => {
  let cycles = 0
  const cycle = async () => report(++cycles)
  const found = await watch({ cycle, until: ({ evaluatedAt }) => evaluatedAt === 3, over: () => false, pauseMs: 0, signal })
  expect(found?.evaluatedAt).toBe(3)
})

test('gives up when it is over', async () => {
  let cycles = 0
  const cycle = async () => report(++cycles)
  expect(await watch({ cycle, until: () => false, over: () => cycles >= 5, pauseMs: 0, signal })).toBeUndefined()
  expect(cycles).toBe(5)
})

test('gives up at once when it is interrupted', async () => {
  const controller = new AbortController()
  const cycle = async () => {
    controller.abort()
    return report(1)
  }
  const found = await watch({ cycle, until: () => false, over: () => false, pauseMs: 3_600_000, signal: controller.signal })
  expect(found).toBeUndefined()
})
