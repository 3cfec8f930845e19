import { describe, expect, it } from 'vitest'
import { sdk } from '../../../sdk/src/contract/index.ts'
import { Overhead, overhead as ownOverhead } from '../../../sdk/src/sampling/overhead.ts'
import { metricProducer } from '../../../sdk/src/telemetry/producer.ts'
import { ManualClock } from '../../support/clock.ts'
import { collected } from '../../support/collected.ts'

describe('what the SDK costs', () => {
  it('is counted by layer, also when the work fails', () => {
    const clock = new ManualClock()
    const overhead = new Overhead(clock)
    expect(overhead.time('one', () => clock.advance(3))).toBeUndefined()
    const failing = (): never => {
      clock.advance(2)
      throw new Error('expected')
    }
    expect(() => overhead.time('one', failing)).toThrow('expected')
    overhead.add('two', 1)
    expect([overhead.ofLayer('one'), overhead.ofLayer('two'), overhead.ofLayer('three')]).toEqual([5, 1, 0])
  })

  it('is read where a layer knows only its sum, and does not fall when that layer ends', () => {
    const overhead = new Overhead(new ManualClock())
    let ms = 4
    const end = overhead.reads('thread', () => ms)
    overhead.add('thread', 1)
    expect(overhead.byLayer()).toEqual(new Map([['thread', 5]]))
    ms = 6
    end()
    end()
    ms = 100
    expect(overhead.ofLayer('thread')).toBe(7)
  })

  it('is memory too, as far as layers say what they hold, and none once they hold nothing', () => {
    const overhead = new Overhead(new ManualClock())
    const ends = [overhead.holds('one', () => 3), overhead.holds('one', () => 4), overhead.holds('two', () => 5)]
    expect(overhead.heldBytes).toBe(12)
    for (const end of ends) end()
    expect(overhead.heldBytes).toBe(0)
  })

  it('includes the time that collecting takes', async () => {
    const before = ownOverhead.ofLayer('collection')
    await metricProducer.collect()
    expect(ownOverhead.ofLayer('collection')).toBeGreaterThan(before)
    expect(collected(sdk.overheadTime, { 'pitwall.sdk.layer': 'collection' })).toHaveLength(1)
  })
})
