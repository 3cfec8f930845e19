import { describe, expect, it } from 'vitest'
import { overview } from '../../../collector-processor/src/pages/overview.ts'
import { sampleRecommendation, sampleReport } from '../../support/recommendations.ts'

const page = async (...parameters: Parameters<typeof overview>): Promise<string> =>
  String(await overview(...parameters)).replace(/\s+/g, ' ')

describe('the overview page', () => {
  it('ranks what to change, where, and what it saves with the interval', async () => {
    const text = await page(sampleReport(sampleRecommendation(), sampleRecommendation({ id: 'aaaaaaaaaa', title: 'Cache quotes' })))
    expect(text).toContain('<strong>0.42 s/s</strong> <span class="soft">(0.351 to 0.5)</span>')
    expect(text).toContain('<code>src/search.ts:42</code>')
    expect(text.indexOf('Enlarge the cache searchFlights')).toBeLessThan(text.indexOf('Cache quotes'))
    expect(text).toContain('<tr id="aaaaaaaaaa">')
    expect(text).toContain('href="rules/undersized-cache"')
  })

  it('adds up what can be saved, each subject once, and nothing that was done already', async () => {
    const done = sampleRecommendation({ id: 'bbbbbbbbbb', subject: 'quotes', state: 'verified', actual: 0.4 })
    const text = await page(sampleReport(sampleRecommendation(), sampleRecommendation({ id: 'aaaaaaaaaa' }), done))
    expect(text).toContain('<strong>0.42 s/s</strong>to save together (0.351 to 0.5)')
    expect(text).toContain('<strong>2</strong>worth changing, 2 of them in minutes')
    expect(text).toContain('<strong>1 of 1</strong>predictions verified')
  })

  it('puts the measured saving beside the predicted one', async () => {
    expect(await page(sampleReport(sampleRecommendation({ state: 'verified', actual: 0.44 })))).toContain('measured 0.44 s/s, as predicted')
    expect(await page(sampleReport(sampleRecommendation({ state: 'refuted', actual: 0.1 })))).toContain(
      'measured 0.1 s/s, less than predicted',
    )
  })

  it('says why others got no advice', async () => {
    const notAdvised = [
      { service: 'travel-agent', subject: 'bookSeat', rule: 'uncached-repetition', reason: 'its name says that it writes' },
    ]
    expect(await page({ ...sampleReport(), notAdvised })).toMatch(/<strong>bookSeat<\/strong>.*its name says that it writes/)
  })

  it('shows a bounded number of those, and where the rest is', async () => {
    const one = { service: 'travel-agent', subject: 'f', rule: 'r', reason: 'no' }
    expect(await page({ ...sampleReport(), notAdvised: Array.from({ length: 250 }, () => one) })).toContain('And 50 more')
  })

  it('says "no verdict" instead of "nothing to recommend" when nothing could be concluded', async () => {
    const text = await page({ ...sampleReport(), noVerdict: 'Prometheus at http://127.0.0.1:9090 cannot be reached.' })
    expect(text).toContain('<strong>No verdict.</strong> Prometheus at http://127.0.0.1:9090 cannot be reached.')
    expect(text).not.toContain('Nothing to recommend')
  })

  it('says that every rule was silent when there is nothing to recommend', async () => {
    expect(await page(sampleReport())).toContain('Nothing to recommend')
  })

  it('says how each service is, and why', async () => {
    const health = [{ service: 'shop', state: 'bad', reasons: ['20 % of 600 calls failed', '<b>'] }] as const
    const text = await page({ ...sampleReport(), health })
    expect(text).toContain('<span class="tag bad">bad</span>')
    expect(text).toContain('20 % of 600 calls failed; &lt;b&gt;')
    expect(await page(sampleReport())).not.toContain('Health of the services')
  })

  it('takes every name from telemetry as text', async () => {
    const hostile = `<script>alert('x')</script>"><img src=x onerror=alert(1)>`
    const recommendation = sampleRecommendation({
      title: hostile,
      advice: hostile,
      service: hostile,
      subject: hostile,
      location: hostile,
      evidence: [hostile],
      example: hostile,
    })
    const text = await page({
      ...sampleReport(recommendation),
      notAdvised: [{ service: hostile, subject: hostile, rule: hostile, reason: hostile }],
    })
    expect(text).not.toMatch(/<script|<img/)
    expect(text).toContain('&lt;script&gt;')
  })
})
