import { describe, expect, it } from 'vitest'
import { silencedDecisions } from '../../../collector-processor/src/alerts/silences.ts'
import { planOf } from '../../../collector-processor/src/recommendation/plan.ts'
import { configuredDecisions, decide } from '../../../collector-processor/src/recommendation/decision.ts'
import type { Recommendation } from '../../../collector-processor/src/recommendation/recommendation.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { recommendationTable } from '../../../collector-processor/src/text/recommendation-table.ts'
import type { DecisionEntry } from '../../../collector-processor/src/user-rules/config-file.ts'
import { deadEndpoint, startFrozenReceiver, startReceiver } from '../../support/otlp-receiver.ts'
import { sampleRecommendation } from '../../support/recommendations.ts'

const sample = sampleRecommendation()
const dismissedBy = (...dismissed: readonly DecisionEntry[]): readonly Recommendation[] =>
  decide([sample], configuredDecisions({ dismissed }))

describe('a decision of the configuration', () => {
  it('dismisses a recommendation by its id, or by what it is about, and says who and why', () => {
    const reason = 'prices change every minute'
    const [byId] = dismissedBy({ id: sample.id, reason, by: 'ana' })
    expect(byId).toMatchObject({ state: 'dismissed', decision: { by: 'ana', reason } })
    const [byRule] = dismissedBy({ rule: 'undersized-cache', service: 'travel-agent', reason })
    expect(byRule).toMatchObject({ state: 'dismissed', decision: { by: 'configuration', reason } })
    expect(recommendationTable([byId ?? sample])).toContain('dismissed by ana: prices change every minute')
  })

  it('says nothing about any other', () => {
    expect(dismissedBy({ id: 'ffffffffff', reason: 'x' })).toEqual([sample])
    expect(dismissedBy({ rule: 'undersized-cache', service: 'elsewhere', reason: 'x' })).toEqual([sample])
  })

  it('takes what is dismissed out of the plan, and leaves what is accepted in', () => {
    expect(planOf(dismissedBy({ id: sample.id, reason: 'x' })).phases).toEqual([])
    const [accepted] = decide([sample], configuredDecisions({ accepted: [{ id: sample.id }] }))
    expect(accepted?.state).toBe('accepted')
    expect(planOf([accepted ?? sample]).totals).toHaveLength(1)
  })

  it('dismisses what is also accepted, and does not touch what was applied or judged', () => {
    const both = configuredDecisions({ accepted: [{ id: sample.id }], dismissed: [{ id: sample.id, reason: 'no' }] })
    expect(decide([sample], both)[0]?.state).toBe('dismissed')
    const judged = (['applied', 'verified', 'refuted', 'stale'] as const).map((state) => sampleRecommendation({ state }))
    expect(decide(judged, both)).toEqual(judged)
  })
})

describe('silences of an Alertmanager', () => {
  it('are not asked for where none is set', async () => {
    expect(await silencedDecisions(parseSettings())).toEqual([])
  })

  it('dismiss nothing while it is away, frozen, or something else, and the sentence says so', async () => {
    await using frozen = await startFrozenReceiver()
    await using other = await startReceiver()
    const answers = [
      [await deadEndpoint(), 10_000, /^Alertmanager at .* gave no silences \(ECONNREFUSED\), so no silence dismisses anything;/],
      [frozen.endpoint, 100, /^Alertmanager at .* gave no silences \(no answer within 100 ms\)/],
      [other.endpoint, 10_000, /answered with something that is not from Alertmanager, so no silence dismisses anything/],
    ] as const
    for (const [alertmanagerUrl, queryTimeoutMs, sentence] of answers) {
      await expect(silencedDecisions(parseSettings({ alertmanagerUrl, queryTimeoutMs }))).rejects.toThrow(sentence)
    }
  })
})
