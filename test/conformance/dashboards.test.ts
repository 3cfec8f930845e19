import { describe, expect, it } from 'vitest'
import { discoverDashboards } from '../../grafana/discover.ts'
import { dashboardExpressions, substituteVariables } from '../../grafana/expressions.ts'
import { contractCounters, contractLabels, dissect } from '../support/promql.ts'
import { query, useStack } from '../support/stack.ts'

const dashboards = await discoverDashboards()
const known = contractLabels()
const counters = [...contractCounters()]

describe('dashboards', () => {
  it('have an address of their own each', () => {
    const uids = dashboards.map(({ dashboard }) => dashboard.uid)
    expect(new Set(uids).size).toBe(uids.length)
    expect(dashboards.map(({ name }) => `pitwall-${name}`)).toEqual(uids)
  })

  it('are the same every time', async () => {
    expect(JSON.stringify(await discoverDashboards())).toBe(JSON.stringify(dashboards))
  })
})

describe.each(dashboards)('the dashboard $name', ({ dashboard }) => {
  const stack = useStack(['prometheus'])
  const panels = (dashboard.panels ?? []).filter((panel) => panel.type !== 'row')
  const expressions = dashboardExpressions(dashboard).map((expression) => ({
    ...expression,
    expr: substituteVariables(expression.expr, '1m'),
  }))

  it('has a title, a description and panels', () => {
    expect(dashboard.title).toMatch(/^Pitwall \/ /)
    expect(dashboard.description).toMatch(/\.$/)
    expect(panels.length).toBeGreaterThan(0)
  })

  it('gives each panel a number, a title, a description, a unit, queries and the chosen data source', () => {
    const ids = (dashboard.panels ?? []).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const panel of panels) {
      expect(panel, panel.title).toMatchObject({
        id: expect.any(Number),
        title: expect.stringMatching(/./),
        description: expect.stringMatching(/\.$/),
        fieldConfig: { defaults: { unit: expect.stringMatching(/./) } },
        targets: expect.arrayContaining([expect.objectContaining({ expr: expect.stringMatching(/./) })]),
        datasource: { uid: '${datasource}' },
      })
    }
  })

  it('fills rows of 24 columns', () => {
    const widths = new Map<number, number>()
    for (const { gridPos } of panels) widths.set(gridPos?.y ?? -1, (widths.get(gridPos?.y ?? -1) ?? 0) + (gridPos?.w ?? 0))
    expect([...widths.values()].every((width) => width === 24)).toBe(true)
  })

  it('lets the data source, the service and the instance be chosen, and is not edited by hand', () => {
    expect(dashboard.templating?.list?.map(({ name }) => name)).toEqual(['datasource', 'service', 'instance'])
    expect(dashboard.editable).toBe(false)
    expect(dashboard.refresh).toBe('30s')
  })

  it.each(expressions)('$kind "$where" is PromQL over metrics and labels of the contract: $expr', ({ expr }) => {
    const { errors, selectors, grouped } = dissect(expr)
    expect(errors).toEqual([])
    for (const { metric, labels } of selectors) {
      expect([...known.keys()], expr).toContain(metric)
      for (const label of labels) expect([...(known.get(metric) ?? [])], `${metric}: ${expr}`).toContain(label)
    }
    const possible = new Set(selectors.flatMap(({ metric }) => [...(known.get(metric) ?? [])]))
    for (const label of grouped) expect([...possible], expr).toContain(label)
  })

  it('names series by labels that they have', () => {
    const all = new Set([...known.values()].flatMap((labels) => [...labels]))
    for (const [, label] of JSON.stringify(dashboard).matchAll(/\{\{(\w+)\}\}/g)) expect([...all]).toContain(label)
  })

  it('asks for counters only as rates over the interval that suits the range', () => {
    for (const { expr } of dashboardExpressions(dashboard)) {
      for (const [, interval] of expr.matchAll(/\[([^\]]+)\]/g)) expect(interval).toBe('$__rate_interval')
      const bare = expr.replaceAll(/rate\([^[]+\[\$__rate_interval\]\)/g, '1')
      for (const { metric } of dissect(bare).selectors) expect(counters, expr).not.toContain(metric)
    }
  })

  it('is accepted by the real Prometheus, expression by expression', async () => {
    for (const { expr } of expressions) await expect(query(stack(), expr), expr).resolves.toBeDefined()
  })
})
