import type { Recommendation } from '../../../collector-processor/src/recommendation/recommendation.ts'

/** A recommendation as the demo's top one is; with what a test wants to be different. */
export function recommendation(different: Partial<Recommendation> = {}): Recommendation {
  return {
    id: '0123456789',
    rule: 'uncached-repetition',
    title: 'Cache embedQuery',
    advice: 'Wrap it in cached().',
    service: 'travel-agent',
    subject: 'embedQuery',
    location: 'src/embed-query.ts:16',
    priority: 'high',
    effort: 'minutes',
    phase: 'quick-win',
    state: 'proposed',
    saving: { unit: 's/s', lower: 4, likely: 5, upper: 6 },
    evidence: [],
    example: '',
    runbook: 'http://127.0.0.1:9465/rules/uncached-repetition',
    change: { ttlSeconds: 600 },
    createdAt: 1,
    ...different,
  }
}
