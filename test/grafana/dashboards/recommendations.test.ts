import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exposition } from '../../../collector-processor/src/pages/exposition.ts'
import { recommendationSeries } from '../../../collector-processor/src/recommendation/series.ts'
import { buildDashboard } from '../../../grafana/dashboards/dashboard.ts'
import recommendations from '../../../grafana/dashboards/recommendations.ts'
import { dashboardExpressions, substituteVariables } from '../../../grafana/expressions.ts'
import { eventually } from '../../support/eventually.ts'
import { sampleRecommendation, sampleReport } from '../../support/recommendations.ts'
import { scraped } from '../../support/scraped.ts'
import { query, type Sample, useStack } from '../../support/stack.ts'

const dashboard = buildDashboard('recommendations', recommendations)
const expressions = dashboardExpressions(dashboard)

describe('the dashboard of recommendations', () => {
  const stack = useStack(['prometheus'])
  const report = sampleReport(
    sampleRecommendation({ state: 'verified', appliedAt: 1_795_000_100, verifiedAt: 1_795_000_200, actual: 0.43 }),
    sampleRecommendation({ id: 'aaaaaaaaaa', title: 'Cache quotes' }),
  )
  // Two optimizers that say the same: nothing may be drawn twice, and no join may fail.
  const series = ['a', 'b'].map((name) => exposition(recommendationSeries(report), { service_instance_id: name }))
  const text = series.join('').replaceAll(/^#.*\n/gm, '')
  let stopOptimizers: (() => void) | undefined
  const ask = (expr: string): Promise<Sample[]> => query(stack(), substituteVariables(expr, '1m'))
  const exprOf = (where: string, index = 0): string => expressions.filter((expression) => expression.where === where)[index]?.expr ?? ''

  beforeAll(async () => {
    stopOptimizers = await scraped(stack(), text)
    await eventually('recommendations in Prometheus', async () => (await ask(exprOf('Recommended'))).length > 0)
  })
  afterAll(() => stopOptimizers?.())

  it.each([
    ['Recommended', [1_795_000_000_000, 1_795_000_000_000]],
    ['Applied', [1_795_000_100_000]],
    ['Verified', [1_795_000_200_000]],
  ])('marks "%s" at its moment in milliseconds, with what to say', async (name, moments) => {
    const marks = await ask(expressions.find(({ kind, where }) => kind === 'annotation' && where === name)?.expr ?? '')
    expect(marks.map(({ value }) => value)).toEqual(moments)
    expect(marks.map(({ labels }) => labels)).toContainEqual(
      expect.objectContaining({ title: 'Enlarge the cache searchFlights', service: 'travel-agent', advice: expect.stringMatching(/./) }),
    )
  })

  it.each([
    ['Open', 1],
    ['Best of them', 0.351],
    ['Refuted', 0],
  ])('counts "%s"', async (panel, value) => {
    expect((await ask(exprOf(panel))).map((sample) => sample.value)).toEqual([value])
  })

  it('has one row a recommendation, with the predicted and the measured saving', async () => {
    const title = 'What to change, and what it saves'
    const rows = await Promise.all([0, 1, 2, 3].map((index) => ask(exprOf(title, index))))
    expect(rows.map((row) => row.length)).toEqual([2, 2, 2, 1])
    expect(rows[0]?.map(({ labels }) => labels)).toContainEqual(
      expect.objectContaining({ id: '0123456789', unit: 's/s', title: 'Enlarge the cache searchFlights', location: 'src/search.ts:42' }),
    )
  })
})
