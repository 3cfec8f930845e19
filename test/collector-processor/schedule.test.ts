import { describe, expect, it } from 'vitest'
import { every } from '../../collector-processor/src/schedule.ts'

/** Runs a schedule on a clock that only moves when it is slept or worked on; gives the moments of the starts. */
async function starts(durations: readonly number[], random = 0): Promise<number[]> {
  const stop = new AbortController()
  const moments: number[] = []
  let now = 1_000
  const task = async (): Promise<void> => {
    moments.push(now - 1_000)
    now += durations[moments.length - 1] ?? 0
    if (moments.length === durations.length) stop.abort()
  }
  const sleep = async (ms: number): Promise<void> => {
    now += ms
  }
  await every(100, task, { signal: stop.signal, now: () => now, random: () => random, sleep })
  return moments
}

describe('a schedule', () => {
  it('starts at once, then keeps to its grid however long the runs take', async () => {
    expect(await starts([10, 70, 30, 0])).toEqual([0, 100, 200, 300])
  })

  it('leaves out the starts that a slow run missed, and never overlaps', async () => {
    expect(await starts([250, 10, 0])).toEqual([0, 300, 400])
  })

  it('is late by chance by a twentieth of the interval at most, without adding up', async () => {
    expect(await starts([0, 0, 0, 0], 0.999)).toEqual([0, 1, 2, 3].map((slot) => expect.closeTo(slot * 100 + (slot === 0 ? 0 : 5), 1)))
  })

  it('ends at once when it is stopped while it sleeps', async () => {
    const stop = new AbortController()
    const running = every(3_600_000, async () => void setImmediate(() => stop.abort()), { signal: stop.signal })
    await expect(running).resolves.toBeUndefined()
  })
})
