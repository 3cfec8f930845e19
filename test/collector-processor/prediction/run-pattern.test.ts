import { describe, expect, it } from 'vitest'
import { runGainOfHits, runSaving } from '../../../collector-processor/src/prediction/run-pattern.ts'
import { runEvidence, subject } from '../rules/run-evidence.ts'

describe('what hits would do to a run', () => {
  // Four calls at once: little is gained before all are hits.
  const evidence = runEvidence({ saved: { hits_25: 1, hits_50: 4, hits_75: 12, hits_100: 40 } })

  it('is what replay gave, in a line between two shares', () => {
    expect(runGainOfHits(evidence, subject, 0)).toBe(0)
    expect(runGainOfHits(evidence, subject, 0.5)).toBeCloseTo(0.04, 9)
    expect(runGainOfHits(evidence, subject, 0.875)).toBeCloseTo(0.26, 9)
    expect(runGainOfHits(evidence, subject, 1)).toBeCloseTo(0.4, 9)
  })

  it('is not known without runs, and of another function', () => {
    expect(runGainOfHits(runEvidence({ runs: 0 }), subject, 0.5)).toBeUndefined()
    expect(runGainOfHits(evidence, { ...subject, name: 'search' }, 0.5)).toBeUndefined()
  })
})

describe('what a change keeps of a replayed gain', () => {
  const kept = { lower: 0.5, likely: 0.8, upper: 1 }

  it('takes from each bound its share', () => {
    const saving = runSaving(runEvidence({ saved: { once: 50 } }), subject, 'once', kept)
    expect(saving).toMatchObject({ unit: 's/s', likely: 0.4 })
    expect(saving?.lower).toBeCloseTo(0.5 * 0.98 * 0.5, 9)
    expect(saving?.upper).toBeCloseTo(1.02 * 0.5, 9)
  })

  it('does not make a lower bound below nothing look better', () => {
    const saving = runSaving(runEvidence({ saved: { once: [0, 0, 0, 0, 0, 100] } }), subject, 'once', kept)
    const unchanged = runSaving(runEvidence({ saved: { once: [0, 0, 0, 0, 0, 100] } }), subject, 'once', { lower: 1, likely: 1, upper: 1 })
    expect(saving?.lower).toBe(unchanged?.lower)
    expect(saving?.lower).toBeLessThan(0)
  })
})
