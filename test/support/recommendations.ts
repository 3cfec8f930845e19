import type { Recommendation, Report } from '../../collector-processor/src/recommendation/recommendation.ts'

/** A recommendation as a rule would make it, with whatever a test wants to be different. */
export function sampleRecommendation(changes: Partial<Recommendation> = {}): Recommendation {
  return {
    id: '0123456789',
    rule: 'undersized-cache',
    title: 'Enlarge the cache searchFlights',
    advice: 'Set maxEntries of searchFlights from 100 to 800.',
    service: 'travel-agent',
    subject: 'searchFlights',
    location: 'src/search.ts:42',
    priority: 'high',
    effort: 'minutes',
    phase: 'quick-win',
    state: 'proposed',
    saving: { unit: 's/s', lower: 0.351, likely: 0.42, upper: 0.5 },
    evidence: ['12,000 requests in 1 h', 'hit ratio 31 % now, 74 % with 800 entries'],
    example: "const search = cached(searchFlights, { name: 'searchFlights', maxEntries: 800 })",
    runbook: 'http://127.0.0.1:9465/rules/undersized-cache',
    change: { maxEntries: 800 },
    createdAt: 1_795_000_000,
    ...changes,
  }
}

/** A report of these recommendations, evaluated at a fixed time. */
export function sampleReport(...recommendations: readonly Recommendation[]): Report {
  return { recommendations, notAdvised: [], evaluatedAt: 1_795_000_600 }
}
