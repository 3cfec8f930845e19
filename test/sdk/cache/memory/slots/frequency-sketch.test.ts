import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrequencySketch } from '../../../../../sdk/src/cache/memory/slots/frequency-sketch.ts'
import { hashString } from '../../../../../sdk/src/sampling/hash.ts'

/** A sketch for so many keys. */
function sketchFor(capacity: number): FrequencySketch {
  const sketch = new FrequencySketch()
  sketch.grow(capacity)
  return sketch
}

describe('the frequency sketch', () => {
  it('counts up to 15', () => {
    const sketch = sketchFor(1_000)
    const counts = Array.from({ length: 20 }, () => (sketch.add(7), sketch.countOf(7)))
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15, 15, 15, 15, 15])
  })

  it('never counts less than there was, as long as nothing fades', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { maxLength: 400, size: 'max' }), (keys) => {
        const sketch = sketchFor(1_000_000)
        for (const key of keys) sketch.add(hashString(String(key)))
        for (const key of keys) {
          const times = Math.min(15, keys.filter((other) => other === key).length)
          expect(sketch.countOf(hashString(String(key)))).toBeGreaterThanOrEqual(times)
        }
      }),
    )
  })

  it('seldom counts more than there was', () => {
    const sketch = sketchFor(1_000)
    for (let key = 0; key < 1_000; key++) sketch.add(hashString(String(key)))
    const wrong = Array.from({ length: 1_000 }, (_, key) => sketch.countOf(hashString(String(key)))).filter((count) => count > 1)
    expect(wrong.length).toBeLessThan(100)
  })

  it('does not know keys that never came', () => {
    const sketch = sketchFor(1_000)
    for (let key = 0; key < 1_000; key++) sketch.add(hashString(String(key)))
    const unknown = Array.from({ length: 1_000 }, (_, key) => sketch.countOf(hashString(`never ${key}`)))
    expect(unknown.filter((count) => count > 0).length).toBeLessThan(150)
  })

  it('halves what does not come any more within five times the capacity, and forgets it in the end', () => {
    const sketch = sketchFor(1_000)
    const old = hashString('old')
    for (let time = 0; time < 15; time++) sketch.add(old)
    const counts = [1, 2, 3, 4, 5].map(() => {
      for (let other = 0; other < 5_000; other++) sketch.add(hashString(String(other % 50)))
      return sketch.countOf(old)
    })
    expect(counts).toEqual([7, 3, 1, 0, 0])
  })

  it('does not halve everything at once', () => {
    const sketch = sketchFor(1_000)
    const keys = Array.from({ length: 200 }, (_, key) => hashString(String(key)))
    for (let time = 0; time < 8; time++) for (const key of keys) sketch.add(key)
    for (let other = 0; other < 900; other++) sketch.add(hashString(`other ${other % 10}`))
    const faded = keys.filter((key) => sketch.countOf(key) < 8).length
    expect(faded).toBeGreaterThan(60)
    expect(faded).toBeLessThan(140)
  })

  it('keeps its counts when it grows', () => {
    const sketch = sketchFor(64)
    const keys = Array.from({ length: 40 }, (_, key) => hashString(String(key)))
    for (const [times, key] of keys.entries()) for (let time = 0; time < times % 8; time++) sketch.add(key)
    const before = keys.map((key) => sketch.countOf(key))
    sketch.grow(100_000)
    expect(keys.map((key) => sketch.countOf(key))).toEqual(before)
  })
})
