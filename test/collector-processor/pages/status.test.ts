import { describe, expect, it } from 'vitest'
import { Status } from '../../../collector-processor/src/pages/status.ts'
import { sampleRecommendation, sampleReport } from '../../support/recommendations.ts'

const dead = { ...sampleReport(), noVerdict: 'Prometheus is down.' }

describe('the status of the optimizer', () => {
  it('has no verdict before the first evaluation has ended', () => {
    expect(new Status(1).content().report.noVerdict).toBe('The first evaluation is still running.')
  })

  it('shows the latest report and its series', () => {
    const status = new Status(1)
    status.record(sampleReport(sampleRecommendation()), [], 0.5)
    const { report, metrics } = status.content()
    expect(report.recommendations).toHaveLength(1)
    expect(metrics).toMatch(/^pitwall_recommendation_info\{id="0123456789",.*service_name="pitwall".*\} 1$/m)
  })

  it('counts cycles with and without a verdict, their time, and failures to publish', () => {
    const status = new Status(1)
    status.record(sampleReport(), [], 0.5)
    status.record(dead, ['The Collector is down.'], 0.25)
    const { metrics } = status.content()
    expect(metrics).toMatch(/^pitwall_optimizer_cycles_total\{pitwall_verdict="true",.*\} 1$/m)
    expect(metrics).toMatch(/^pitwall_optimizer_cycles_total\{pitwall_verdict="false",.*\} 1$/m)
    expect(metrics).toMatch(/^pitwall_optimizer_cycle_time_seconds_total\{.*\} 0.75$/m)
    expect(metrics).toMatch(/^pitwall_optimizer_emit_failures_total\{.*\} 1$/m)
    expect(metrics).toMatch(/^pitwall_optimizer_last_verdict_seconds\{.*\} 1795000600$/m)
  })

  it('claims nothing while there is no verdict', () => {
    const status = new Status(1)
    status.record(sampleReport(sampleRecommendation()), [], 0.5)
    status.record(dead, [], 0.5)
    expect(status.content().metrics).not.toContain('pitwall_recommendation_info')
  })

  it('tells a trouble when it begins, not again while it lasts, and again when it comes back', () => {
    const status = new Status(1)
    const said = [dead, dead, sampleReport(), dead].map((report) => status.record(report, [], 0))
    expect(said).toEqual([['Prometheus is down.'], [], [], ['Prometheus is down.']])
  })
})
