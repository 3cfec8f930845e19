import { describe, expect, it } from 'vitest'
import type { SystemSample } from '../../../sdk/src/system/system-sample.ts'
import { summarize } from '../../../sdk/src/system/system-summary.ts'

function sample(second: number, values: Partial<SystemSample> = {}): SystemSample {
  return {
    at: second * 1_000,
    cpuShare: 0.5,
    memoryBytes: 1e8,
    heapUsedBytes: 5e7,
    loopUtilization: 0.4,
    loopDelayMs: 1,
    loopDelayMaxMs: 5,
    gcShare: 0.01,
    diskReadBytesPerSecond: 0,
    diskWriteBytesPerSecond: 0,
    networkReceiveBytesPerSecond: undefined,
    networkTransmitBytesPerSecond: undefined,
    ...values,
  }
}
const seconds = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('the summary of the system', () => {
  it('has mean, peak and standard deviation', () => {
    const summary = summarize([0.2, 0.4, 0.6].map((cpuShare, second) => sample(second, { cpuShare })))
    expect(summary).toMatchObject({ samples: 3, spanMs: 2_000 })
    expect(summary?.cpuShare?.mean).toBeCloseTo(0.4)
    expect(summary?.cpuShare?.max).toBe(0.6)
    expect(summary?.cpuShare?.standardDeviation).toBeCloseTo(Math.sqrt(0.08 / 3))
  })

  it('finds memory that grows by a megabyte a second, also in more samples than a trend is made from', () => {
    const summary = summarize(seconds(3_600).map((second) => sample(second, { memoryBytes: 1e8 + second * 1e6 })))
    expect(summary?.memoryBytes?.trend?.slopePerMinute).toBeCloseTo(6e7, -2)
    expect(summary?.memoryBytes?.trend?.pValue).toBeLessThan(1e-6)
    expect(summary?.memoryBytes?.trend?.points).toBeLessThanOrEqual(60)
  })

  it('finds no trend in what stays the same, and none in a few samples', () => {
    expect(summarize(seconds(100).map((second) => sample(second)))?.cpuShare?.trend).toMatchObject({ slopePerMinute: 0, pValue: 1 })
    expect(summarize(seconds(9).map((second) => sample(second)))?.cpuShare?.trend).toBeUndefined()
  })

  it('leaves out what is not known, and is nothing without samples', () => {
    expect(summarize([sample(0)])).not.toHaveProperty('networkReceiveBytesPerSecond')
    expect(summarize([])).toBeUndefined()
  })
})
