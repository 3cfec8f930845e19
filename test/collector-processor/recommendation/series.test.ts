import { describe, expect, it } from 'vitest'
import { MAX_EXPORTED, recommendationSeries } from '../../../collector-processor/src/recommendation/series.ts'
import { advice } from '../../../sdk/src/contract/index.ts'
import { sampleRecommendation, sampleReport } from '../../support/recommendations.ts'

describe('recommendations as series', () => {
  it('are one info, three bounds and the moments that there were', () => {
    const applied = sampleRecommendation({ state: 'applied', appliedAt: 1_795_000_100 })
    expect(recommendationSeries(sampleReport(applied)).map(({ metric, value }) => [metric.name, value])).toEqual([
      [advice.info.name, 1],
      [advice.saving.name, 0.351],
      [advice.saving.name, 0.42],
      [advice.saving.name, 0.5],
      [advice.created.name, 1_795_000_000],
      [advice.applied.name, 1_795_000_100],
    ])
  })

  it('carry every attribute that the contract declares, and none beside', () => {
    const full = sampleRecommendation({ appliedAt: 1, verifiedAt: 2, actual: 3, correction: { likely: 0.9, width: 1.1 } })
    for (const { metric, attributes } of recommendationSeries(sampleReport(full))) {
      expect(Object.keys(attributes).toSorted()).toEqual([...metric.attributes].toSorted())
    }
  })

  it('are bounded in number and length', () => {
    const many = Array.from({ length: 80 }, (_, index) => sampleRecommendation({ id: String(index), subject: 'x'.repeat(5_000) }))
    const infos = recommendationSeries(sampleReport(...many)).filter(({ metric }) => metric === advice.info)
    expect(infos).toHaveLength(MAX_EXPORTED)
    expect(infos.map(({ attributes }) => attributes.id)).toContain('0')
    expect(infos[0]?.attributes.subject).toHaveLength(1_024)
  })

  it('leave out what is no number', () => {
    const unbounded = sampleRecommendation({ saving: { unit: 's/s', lower: 0.1, likely: 0.2, upper: Number.POSITIVE_INFINITY } })
    const bounds = recommendationSeries(sampleReport(unbounded)).flatMap(({ attributes }) => attributes.bound ?? [])
    expect(bounds).toEqual(['lower', 'likely'])
  })

  it('are none without a verdict', () => {
    expect(recommendationSeries({ ...sampleReport(sampleRecommendation()), noVerdict: 'Prometheus is down.' })).toEqual([])
  })
})
