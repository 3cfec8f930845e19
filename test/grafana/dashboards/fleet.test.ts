import { describe, expect, it } from 'vitest'
import { buildDashboard } from '../../../grafana/dashboards/dashboard.ts'
import fleet from '../../../grafana/dashboards/fleet.ts'
import { dashboardExpressions } from '../../../grafana/expressions.ts'
import { cache, calls, prometheusName, runtime } from '../../../sdk/src/contract/index.ts'

const dashboard = buildDashboard('fleet', fleet)

describe('the fleet dashboard', () => {
  it('shows caches, functions and processes', () => {
    const text = dashboardExpressions(dashboard)
      .map(({ expr }) => expr)
      .join('\n')
    for (const metric of [
      cache.requests,
      cache.loadDuration,
      cache.evictions,
      calls.duration,
      calls.errors,
      runtime.blockedTime,
      runtime.gcTime,
    ]) {
      expect(text).toContain(prometheusName(metric))
    }
  })

  it('marks where changes were recommended, applied and verified', () => {
    expect(dashboard.annotations?.list?.map(({ name, useValueForTime }) => [name, useValueForTime])).toEqual([
      ['Recommended', true],
      ['Applied', true],
      ['Verified', true],
    ])
  })

  it('shows only the chosen services and instances', () => {
    for (const { kind, where, expr } of dashboardExpressions(dashboard)) {
      if (kind === 'panel' && where !== 'Open recommendations')
        expect(expr, where).toContain('service_name=~"$service",service_instance_id=~"$instance"')
    }
  })
})
