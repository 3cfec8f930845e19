import { describe, expect, it } from 'vitest'
import { overhead } from '../../../sdk/src/sampling/overhead.ts'
import { Reading } from '../../../sdk/src/sampling/reading.ts'
import { ManualClock } from '../../support/clock.ts'

function readingThatTakes(ms: number) {
  const clock = new ManualClock()
  let reads = 0
  const reading = new Reading(
    `reading of ${ms} ms`,
    () => {
      clock.advance(ms)
      return ++reads
    },
    clock,
  )
  return { clock, reading, reads: () => reads }
}

describe('a reading of the system', () => {
  it('tells readers that ask at nearly the same time the same', () => {
    const { clock, reading } = readingThatTakes(0.02)
    expect([reading.value(), reading.value()]).toEqual([1, 1])
    clock.advance(99)
    expect(reading.value()).toBe(1)
    clock.advance(1)
    expect(reading.value()).toBe(2)
  })

  it('takes no more than a thousandth of the time, however often it is asked for', () => {
    const { clock, reading, reads } = readingThatTakes(0.5)
    const start = clock.now()
    for (let asked = 0; asked < 20_000; asked++) {
      clock.advance(1)
      reading.value()
    }
    expect((reads() * 0.5) / (clock.now() - start)).toBeLessThan(0.0011)
  })

  it('is no older than a second, however long it takes', () => {
    const { clock, reading, reads } = readingThatTakes(20)
    clock.advance(1_000)
    reading.value()
    clock.advance(1_000)
    expect([reading.value(), reads()]).toEqual([3, 3])
  })

  it('tells the overhead what it costs', () => {
    readingThatTakes(3)
    expect(overhead.ofLayer('reading of 3 ms')).toBe(3)
  })

  it('does not read while nobody asks', () => {
    const { clock, reads } = readingThatTakes(1)
    clock.advance(1_000_000)
    expect(reads()).toBe(1)
  })
})
