import { describe, expect, it } from 'vitest'
import { withoutCycle, withoutSpikes } from '../../../collector-processor/src/prediction/steady-series.ts'
import { seeded } from '../../support/random.ts'
import { noise } from './noise.ts'

const cycle = (days: number): number[] => Array.from({ length: 24 * days }, (_, hour) => 5 + Math.sin((2 * Math.PI * hour) / 24))

describe('a series that is made steady', () => {
  it('loses its daily cycle', () => {
    for (const value of withoutCycle(cycle(8), 24)) expect(value).toBeCloseTo(5, 1)
  })

  it('keeps what may not be a cycle: too few days, no fixed length, or chance', () => {
    expect(withoutCycle(cycle(3), 24)).toEqual(cycle(3))
    expect(withoutCycle(cycle(8), 1)).toEqual(cycle(8))
    expect(withoutCycle(cycle(8), 24.5)).toEqual(cycle(8))
    const chance = noise(192, 0, seeded(3)).map((value) => 10 + value)
    expect(withoutCycle(chance, 24)).toEqual(chance)
  })

  it('loses spikes and no other point', () => {
    const values = Array.from({ length: 40 }, (_, index) => 10 + (index % 5))
    const spiked = values.with(20, 500)
    const clipped = withoutSpikes(spiked)
    expect(clipped[20]).toBeLessThan(25)
    expect(clipped.with(20, 0)).toEqual(spiked.with(20, 0))
    expect(withoutSpikes(values)).toEqual(values)
  })
})
