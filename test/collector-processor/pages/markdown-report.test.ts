import { describe, expect, it } from 'vitest'
import { markdownReport } from '../../../collector-processor/src/pages/markdown-report.ts'
import { sampleRecommendation, sampleReport } from '../../support/recommendations.ts'

describe('the report in Markdown', () => {
  it('reads as a table, then each change with its evidence and code', () => {
    expect(markdownReport(sampleReport(sampleRecommendation()))).toMatchInlineSnapshot(`
      "# Pitwall

      Evaluated 2026-11-18T11:16:40.000Z.

      | # | what | where | predicted saving | effort | phase | verdict |
      |---|---|---|---|---|---|---|
      | 1 | Enlarge the cache searchFlights | travel-agent src/search.ts:42 | 0.42 s/s (0.351 to 0.5) | minutes | quick-win | not applied yet |

      ## 1. Enlarge the cache searchFlights

      Set maxEntries of searchFlights from 100 to 800.

      - 12,000 requests in 1 h
      - hit ratio 31 % now, 74 % with 800 entries

      \`\`\`ts
      const search = cached(searchFlights, { name: 'searchFlights', maxEntries: 800 })
      \`\`\`

      http://127.0.0.1:9465/rules/undersized-cache
      "
    `)
  })

  it('says "no verdict" and nothing else when nothing could be concluded', () => {
    const text = markdownReport({ ...sampleReport(sampleRecommendation()), noVerdict: 'Prometheus is down.' })
    expect(text).toContain('**No verdict.** Prometheus is down.')
    expect(text).not.toContain('| 1 |')
  })

  it('says that every rule was silent', () => {
    expect(markdownReport(sampleReport())).toContain('Nothing to recommend')
  })

  it('says how each service is, and why', () => {
    const health = [{ service: 'a|b', state: 'degraded', reasons: ['2 % of 600 calls failed'] }] as const
    expect(markdownReport({ ...sampleReport(), health })).toContain(String.raw`| a\|b | degraded | 2 % of 600 calls failed |`)
    expect(markdownReport(sampleReport())).not.toContain('Health')
  })

  it('lets names from telemetry break neither tables nor code', () => {
    const text = markdownReport(sampleReport(sampleRecommendation({ title: 'a|b\n<img> [x](y)', example: 'a\n```\nb' })))
    expect(text).toContain(String.raw`| 1 | a\|b \<img\> \[x\](y) |`)
    expect(text).toContain('````ts\na\n```\nb\n````')
  })
})
