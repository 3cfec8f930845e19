import { describe, expect, test } from 'vitest'
import { arrivals, type ScheduledCall } from '../../../collector-processor/src/demo/arrivals.ts'
import { workload } from '../../../collector-processor/src/demo/workload.ts'

function first(seconds: number, agent = 0, seed = 1): ScheduledCall[] {
  const calls: ScheduledCall[] = []
  for (const call of arrivals(workload, agent, seed)) {
    if (call.atMs > seconds * 1_000) return calls
    calls.push(call)
  }
  return calls
}

describe('arrivals', () => {
  test('are the same for the same seed, and differ between seeds and between agents', () => {
    expect(first(5)).toEqual(first(5))
    expect(first(5)).not.toEqual(first(5, 0, 2))
    expect(first(5, 1)).not.toEqual(first(5, 2))
  })

  test('come in order of time', () => {
    const times = first(20).map((call) => call.atMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  test.each(Object.entries(workload))('come at the rate of %s', (name, load) => {
    const rate = first(200).filter((call) => call.name === name).length / 200
    expect(rate / load.callsPerSecond).toBeGreaterThan(0.85)
    expect(rate / load.callsPerSecond).toBeLessThan(1.15)
  })

  test('ask for every key of a working set, and never twice for a unique one', () => {
    const calls = first(60)
    const keys = (name: string) => calls.filter((call) => call.name === name).map((call) => call.key)
    expect(new Set(keys('embedQuery')).size).toBe(workload.embedQuery.keys)
    expect(new Set(keys('summarizeConversation')).size).toBe(keys('summarizeConversation').length)
  })

  test('leave the functions of one agent to that agent', () => {
    expect(first(10, 0).some((call) => call.name === 'rankItineraries')).toBe(true)
    expect(first(10, 1).some((call) => call.name === 'rankItineraries')).toBe(false)
  })
})
