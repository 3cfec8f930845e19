import { describe, expect, it } from 'vitest'
import type { Recommendation } from '../../../collector-processor/src/recommendation/recommendation.ts'
import { verdictText } from '../../../collector-processor/src/text/verdict.ts'
import { sampleRecommendation } from '../../support/recommendations.ts'

describe('the verdict in words', () => {
  it.each<[Partial<Recommendation>, string]>([
    [{ state: 'proposed' }, 'not applied yet'],
    [{ state: 'accepted' }, 'not applied yet'],
    [{ state: 'applied' }, 'being measured'],
    [{ state: 'stale' }, 'no longer seen'],
    [{ state: 'verified', actual: 0.4 }, 'measured 0.4 s/s, as predicted'],
    [{ state: 'verified', actual: 0.6 }, 'measured 0.6 s/s, more than predicted'],
    [{ state: 'refuted', actual: 0.01 }, 'measured 0.01 s/s, less than predicted'],
  ])('%j', (changes, text) => {
    expect(verdictText(sampleRecommendation(changes))).toBe(text)
  })
})
