import { describe, expect, it } from 'vitest'
import { buildDashboard } from '../../../grafana/dashboards/dashboard.ts'
import runtimeDashboard from '../../../grafana/dashboards/runtime.ts'
import { dashboardExpressions } from '../../../grafana/expressions.ts'
import { eventLoop, heap, prometheusName, runtime, system } from '../../../sdk/src/contract/index.ts'

const expressions = dashboardExpressions(buildDashboard('runtime', runtimeDashboard)).filter(({ kind }) => kind === 'panel')
const text = expressions.map(({ expr }) => expr).join('\n')

describe('the dashboard of the runtime', () => {
  it('shows levels beside their limits', () => {
    for (const [level, limit] of [
      [system.memoryUsage, system.containerMemoryLimit],
      [system.cpuTime, system.containerCpuLimit],
      [heap.afterGc, heap.limit],
      [heap.spaceSize, heap.semiSpaceLimit],
    ] as const) {
      expect(text).toContain(prometheusName(level))
      expect(text).toContain(prometheusName(limit))
    }
  })

  it('computes utilization and percentiles from totals, which hold for a fleet, and not from the levels of single processes', () => {
    for (const metric of [eventLoop.time, eventLoop.delay, runtime.gcDuration]) expect(text).toContain(prometheusName(metric))
    for (const metric of [eventLoop.utilization, eventLoop.delayP50, eventLoop.delayP90, eventLoop.delayP99])
      expect(text).not.toContain(prometheusName(metric))
  })

  it('shows only the chosen services and instances', () => {
    for (const { expr, where } of expressions) expect(expr, where).toContain('service_name=~"$service",service_instance_id=~"$instance"')
  })
})
