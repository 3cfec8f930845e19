import { describe, expect, it } from 'vitest'
import { savedPerRequest } from '../../../collector-processor/src/prediction/saving.ts'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Finding } from '../../../collector-processor/src/rules/rule.ts'
import rule from '../../../collector-processor/src/rules/uncached-repetition.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { evidenceOf, steady } from '../../support/evidence.ts'
import { followed, realisedHitRatio, requestsOf, type Traffic } from '../../support/fleet.ts'

const subject = { service: 'agent', kind: 'function', name: 'search' } as const
const settings = parseSettings({ windowMs: '10s', blocks: 5, scrapeIntervalMs: 500 })
/** Ten seconds from the start of the agents: nothing was known before. */
const span: Span = { end: 10, blockSeconds: 2, blocks: 5, windowBlocks: 5 }

interface Outcome {
  readonly finding: Finding
  /** Seconds a second that the proposed cache saves later, at the request rate of the prediction. */
  readonly realised: number
}

/** Predicts from the first ten seconds; the proposed cache begins empty then, and is measured for ten seconds from the fourth on. */
function predictAndRealise(traffic: Traffic): Outcome {
  const requests = requestsOf(traffic)
  const [finding] = rule.evaluate(evidenceOf(followed(requests, subject, span, traffic.loadSeconds), span), settings)
  if (finding?.kind !== 'finding') throw new Error(`no finding but ${JSON.stringify(finding)}`)
  const limits = { maxEntries: Number(finding.change['maxEntries']), ttlSeconds: Number(finding.change['ttlSeconds']), emptyAt: 10 }
  const rate = requests.filter(({ at }) => at < 10).length / 10
  return { finding, realised: rate * savedPerRequest(realisedHitRatio(requests, limits, 14, 24), traffic.loadSeconds) }
}

const steadyTraffic: Traffic = { seed: 1, agents: 3, perSecond: 24, keys: 24, exponent: 0.8, loadSeconds: 0.09, seconds: 24 }

describe('uncached-repetition', () => {
  it.each([
    ['a small set of keys', { keys: 24, exponent: 0.8, perSecond: 24 }],
    ['a set that is not yet known after ten seconds', { keys: 1_000, exponent: 0.8, perSecond: 24 }],
    ['few calls', { keys: 24, exponent: 0.8, perSecond: 5 }],
  ])('predicts within seconds of a cold start an interval that holds what is saved later: %s', (_, shape) => {
    const inside = Array.from({ length: 40 }, (_, seed) => {
      const { finding, realised } = predictAndRealise({ ...steadyTraffic, ...shape, seed })
      return realised >= finding.saving.lower && realised <= finding.saving.upper
    }).filter((hit) => hit).length
    expect(inside).toBeGreaterThanOrEqual(38)
  })

  it('never promises more than all the time that is spent', () => {
    const { finding } = predictAndRealise(steadyTraffic)
    const spent = (requestsOf(steadyTraffic).filter(({ at }) => at < 10).length * 0.09) / 10
    expect(finding.saving.likely).toBeLessThanOrEqual(spent)
    // More requests may come than did.
    expect(finding.saving.upper).toBeLessThanOrEqual(1.1 * spent)
    expect(finding.saving.lower).toBeGreaterThan(0)
  })

  it('says by how much a run would end earlier, where runs are known, and nothing of it where they are not', () => {
    const calls = followed(requestsOf(steadyTraffic), subject, span, 0.09)
    const saved = (scenario: string, seconds: number) => ({
      question: questions.runSavedTime,
      subject,
      labels: { 'pitwall.run.scenario': scenario },
      blocks: Array.from({ length: 5 }, () => seconds),
    })
    const runs = {
      question: questions.runs,
      subject: { service: 'agent', kind: 'service', name: 'agent' },
      blocks: [10, 10, 10, 10, 10],
    } as const
    // Whatever the hit ratio: a run of half a second ends two tenths of a second earlier.
    const known = [runs, ...['hits_25', 'hits_50', 'hits_75', 'hits_100'].map((scenario) => saved(scenario, 2))]
    const sentences = (evidence: typeof calls): string => {
      const [finding] = rule.evaluate(evidenceOf(evidence, span), settings)
      return finding?.kind === 'finding' ? finding.evidence.join(' ') : ''
    }
    expect(sentences([...calls, ...known])).toContain('A run would end 200 ms earlier on average')
    expect(sentences(calls)).not.toContain('A run would')
  })

  it('proposes no larger size and no longer time to live than it takes', () => {
    const { finding } = predictAndRealise(steadyTraffic)
    expect(finding.change['maxEntries']).toBeLessThanOrEqual(30)
    expect(finding.change['ttlSeconds']).toBeLessThanOrEqual(15)
  })

  it('only asks to investigate as long as no results were compared', () => {
    const { finding } = predictAndRealise(steadyTraffic)
    expect(finding.title).toBe('Investigate whether search may be cached')
    expect(finding.effort).toBe('hours')
  })

  it('only asks to investigate what writes within its calls, however equal its results are', () => {
    const answers = followed(requestsOf(steadyTraffic), subject, span, 0.09)
    const same = { question: questions.reuseChecks, subject, labels: { 'pitwall.reuse.same': 'true' }, blocks: steady(500, span) }
    const wrote = { question: questions.functionWrites, subject, labels: { 'pitwall.write': 'database' }, blocks: steady(1, span) }
    const titled = (...more: Parameters<typeof evidenceOf>[0]): unknown =>
      rule
        .evaluate(evidenceOf([...answers, ...more], span), settings)
        .map((answer) => (answer.kind === 'finding' ? answer.title : answer.kind))
    expect(titled(same)).toEqual(['Cache search'])
    expect(titled(same, wrote)).toEqual(['Investigate whether search may be cached'])
  })

  it('shows code with the real name, also when the name is no identifier', () => {
    const named = { ...subject, name: 'tools.find "flights"\n' } as const
    const answers = followed(requestsOf(steadyTraffic), named, span, 0.09)
    const [finding] = rule.evaluate(evidenceOf(answers, span), settings)
    expect(finding?.kind === 'finding' ? finding.example.split('\n').slice(2) : []).toEqual([
      expect.stringMatching(/^\/\/ tools\.find "flights" : would answer \d+ % of \d+(\.\d)? calls a second, 90 ms each$/),
      expect.stringMatching(
        /^export const toolsFindFlightsCached = cached\(toolsFindFlights, { name: "tools\.find \\"flights\\"\\n", maxEntries: \d+, ttl: '\d+s' }\)$/,
      ),
      '',
    ])
  })

  it('sees the change when a cache of that name gets requests, and not before', () => {
    const cache = { ...subject, kind: 'cache' } as const
    const proposal = { subject, createdAt: 3, saving: { unit: 's/s', lower: 1, likely: 1, upper: 1 } } as const
    expect(rule.appliedAt(evidenceOf([], span), proposal)).toBeUndefined()
    const requests = [undefined, undefined, undefined, 40, 40]
    expect(rule.appliedAt(evidenceOf([{ question: questions.cacheRequests, subject: cache, blocks: requests }], span), proposal)).toBe(6)
  })

  it('costs the call before the change, and the loads by request after it', () => {
    const cache = { ...subject, kind: 'cache' } as const
    const { spent, requests } = rule.cost(
      evidenceOf(
        [
          { question: questions.functionCalls, subject, blocks: [40, 40, 4, undefined, undefined] },
          { question: questions.functionSeconds, subject, blocks: [2, 2, 0.2, undefined, undefined] },
          { question: questions.cacheRequests, subject: cache, blocks: [undefined, undefined, 36, 40, 40] },
          { question: questions.loadSeconds, subject: cache, blocks: [undefined, undefined, 1, 0.2, 0] },
        ],
        span,
      ),
      subject,
    )
    expect(requests).toEqual([40, 40, 36, 40, 40])
    expect(spent.map((value) => Number(value?.toFixed(3)))).toEqual([2, 2, 1, 0.2, 0])
  })
})
