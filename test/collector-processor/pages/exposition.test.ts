import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { exposition } from '../../../collector-processor/src/pages/exposition.ts'
import { recommendationSeries } from '../../../collector-processor/src/recommendation/series.ts'
import { promtools } from '../../support/promtool.ts'
import { sampleRecommendation, sampleReport } from '../../support/recommendations.ts'

const text = (...changes: Parameters<typeof sampleRecommendation>): string =>
  exposition(recommendationSeries(sampleReport(sampleRecommendation(...changes))), { service_name: 'pitwall' })

describe('the exposition', () => {
  it('has the names that the Collector gives', () => {
    expect(text()).toContain('pitwall_recommendation_saving{id="0123456789",unit="s/s",bound="lower",service_name="pitwall"} 0.351\n')
    expect(text()).toContain('# TYPE pitwall_recommendation_created_seconds gauge\n')
  })

  it('escapes what labels may contain, and leaves out empty ones', () => {
    const line = text({ subject: 'a"b\\c\nd', location: '' })
      .split('\n')
      .find((candidate) => candidate.startsWith('pitwall_recommendation_info{'))
    expect(line).toContain(String.raw`subject="a\"b\\c\nd"`)
    expect(line).not.toContain('location')
  })

  it('is read by promtool', async () => {
    for (const { program, env } of await promtools()) {
      expect(execFileSync(program, ['check', 'metrics'], { input: text({ subject: 'a"b\\c\nd' }), env, encoding: 'utf8' })).toBe('')
    }
  })

  it('is empty without series', () => {
    expect(exposition([])).toBe('')
  })
})
