import { expect, test } from 'vitest'
import { openLoop } from '../../../../collector-processor/src/demo/agent/open-loop.ts'
import type { ScheduledCall } from '../../../../collector-processor/src/demo/arrivals.ts'

const calls = (...times: number[]): ScheduledCall[] => times.map((atMs, index) => ({ atMs, name: 'search', key: String(index) }))
const never = new AbortController().signal

test('makes no call before its time', async () => {
  const start = performance.now()
  const made: number[] = []
  await openLoop(calls(0, 5, 30), { call: () => void made.push(performance.now() - start), signal: never })
  expect(made).toHaveLength(3)
  // Timers may fire a millisecond early.
  expect(made[2]).toBeGreaterThanOrEqual(29)
})

test('catches up at once when it is late, in order', async () => {
  const now = [0, 1_000, 1_000, 1_000]
  const made: string[] = []
  await openLoop(calls(10, 20, 30), { call: ({ key }) => void made.push(key), signal: never, clock: { now: () => now.shift() ?? 1_000 } })
  expect(made).toEqual(['0', '1', '2'])
})

test('stops in the middle of a pause', async () => {
  const stopping = new AbortController()
  const made: string[] = []
  await openLoop(calls(0, 3_600_000), {
    call: ({ key }) => {
      made.push(key)
      stopping.abort()
    },
    signal: stopping.signal,
  })
  expect(made).toEqual(['0'])
})
