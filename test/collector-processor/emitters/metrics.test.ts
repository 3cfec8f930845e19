import { describe, expect, it } from 'vitest'
import { ALERT_NAME } from '../../../collector-processor/src/alerts/alert-rule.ts'
import metrics from '../../../collector-processor/src/emitters/metrics.ts'
import type { Emitter } from '../../../collector-processor/src/emitters/emitter.ts'
import { advice, prometheusName } from '../../../sdk/src/contract/index.ts'
import { eventually } from '../../support/eventually.ts'
import { deadEndpoint, startFrozenReceiver } from '../../support/otlp-receiver.ts'
import { sampleRecommendation, sampleReport } from '../../support/recommendations.ts'
import { query, type Sample, useStack } from '../../support/stack.ts'

function emitterTo(otlpUrl: string | undefined, timeoutMs?: number): Emitter {
  const emitter = metrics({ otlpUrl, instance: 'optimizer-1', ...(timeoutMs === undefined ? {} : { timeoutMs }) })
  if (emitter === undefined) throw new Error('there is an address, so there is an emitter')
  return emitter
}

const info = prometheusName(advice.info)
const now = (): number => Date.now() / 1_000
const report = (...changes: Parameters<typeof sampleRecommendation>): ReturnType<typeof sampleReport> => ({
  ...sampleReport(sampleRecommendation(...changes)),
  evaluatedAt: now(),
})

describe('recommendations over OTLP', () => {
  const stack = useStack(['collector', 'prometheus', 'alertmanager'])
  const series = (expression: string): Promise<Sample[]> => query(stack(), expression)
  const states = async (id: string): Promise<(string | undefined)[]> =>
    (await series(`${info}{id="${id}"}`)).map(({ labels }) => labels['state'])

  it('arrive in Prometheus as the series of the contract', async () => {
    const emitter = emitterTo(stack().endpoints.otlp)
    const health = [{ service: 'travel-agent', state: 'degraded', reasons: ['2 % of 600 calls failed'] }] as const
    const judged = report({ id: 'contract01', state: 'verified', appliedAt: 1_795_000_100, verifiedAt: 1_795_000_200, actual: 0.43 })
    await emitter.emit({ ...judged, health })
    const names = await eventually('all series of a recommendation', async () => {
      const found = await series('{id="contract01"}')
      return found.length >= 8 && found
    })
    const values = Object.fromEntries(
      names.map(({ labels, value }) => [[labels['__name__'], labels['bound']].filter(Boolean).join(' '), value]),
    )
    expect(values).toEqual({
      pitwall_recommendation_info: 1,
      'pitwall_recommendation_saving lower': 0.351,
      'pitwall_recommendation_saving likely': 0.42,
      'pitwall_recommendation_saving upper': 0.5,
      pitwall_recommendation_created_seconds: 1_795_000_000,
      pitwall_recommendation_applied_seconds: 1_795_000_100,
      pitwall_recommendation_verified_seconds: 1_795_000_200,
      pitwall_recommendation_actual: 0.43,
    })
    expect(names.find(({ labels }) => labels['__name__'] === info)?.labels).toMatchObject({
      rule: 'undersized-cache',
      title: 'Enlarge the cache searchFlights',
      service: 'travel-agent',
      location: 'src/search.ts:42',
      advice: 'Set maxEntries of searchFlights from 100 to 800.',
      service_name: 'pitwall',
      service_instance_id: 'optimizer-1',
    })
    expect(await series('pitwall_service_health{service="travel-agent",health="degraded"}')).toMatchObject([{ value: 1 }])
    await emitter.close()
  })

  it('leave their old state at once when it changes, and vanish when they are dropped', async () => {
    const emitter = emitterTo(stack().endpoints.otlp)
    await emitter.emit(report({ id: 'changing01' }))
    await eventually('the proposal', async () => (await states('changing01')).includes('proposed'))
    await emitter.emit(report({ id: 'changing01', state: 'applied' }))
    // Far below the ten seconds after which the Collector of this stack forgets by itself.
    await eventually('the new state alone', async () => String(await states('changing01')) === 'applied', { deadlineMs: 5_000 })
    await emitter.emit({ ...sampleReport(), evaluatedAt: now() })
    await eventually('nothing', async () => (await series('{id="changing01"}')).length === 0, { deadlineMs: 5_000 })
    await emitter.close()
  })

  it('keep what is claimed while there is no verdict', async () => {
    const emitter = emitterTo(stack().endpoints.otlp)
    await emitter.emit(report({ id: 'noverdict1' }))
    await eventually('the proposal', async () => (await states('noverdict1')).length === 1)
    await emitter.emit({ ...sampleReport(), evaluatedAt: now(), noVerdict: 'Prometheus is down.' })
    expect(await states('noverdict1')).toEqual(['proposed'])
    await emitter.close()
  })

  it('are in Alertmanager with their texts, and resolve when the optimizer has stopped', async () => {
    interface Alert {
      readonly labels: Readonly<Record<string, string>>
      readonly annotations: Readonly<Record<string, string>>
    }
    const alerts = async (): Promise<Alert[]> => {
      const filter = encodeURIComponent(`id="alerting01"`)
      const response = await fetch(`${stack().endpoints.alertmanager}/api/v2/alerts?active=true&filter=${filter}`)
      return JSON.parse(await response.text())
    }
    const emitter = emitterTo(stack().endpoints.otlp)
    await emitter.emit(report({ id: 'alerting01' }))
    const [alert] = await eventually('the alert', async () => {
      const found = await alerts()
      return found.length > 0 && found
    })
    expect(alert?.labels).toMatchObject({ alertname: ALERT_NAME, rule: 'undersized-cache', subject: 'searchFlights', severity: 'info' })
    expect(alert?.annotations['description']).toContain('Predicted saving: 0.42 s/s (0.351 s/s to 0.5 s/s).')
    await emitter.close()
    await eventually('no alert', async () => (await alerts()).length === 0, { deadlineMs: 60_000, everyMs: 250 })
  })
})

describe('the emitter of metrics', () => {
  it('says in one sentence that the Collector is dead', async () => {
    await expect(emitterTo(await deadEndpoint()).emit(report())).rejects.toThrow(
      /^The recommendations did not reach the Collector at http:\/\/127\.0\.0\.1:\d+\/v1\/metrics \(ECONNREFUSED\); start it or set --otlp\.$/,
    )
  })

  it('waits for a frozen Collector no longer than its deadline', async () => {
    await using frozen = await startFrozenReceiver()
    await expect(emitterTo(frozen.endpoint, 100).emit(report())).rejects.toThrow('no answer within 100 ms')
  })

  it('takes nothing back that was never accepted', async () => {
    await using frozen = await startFrozenReceiver()
    const emitter = emitterTo(frozen.endpoint, 50)
    await expect(emitter.emit(report())).rejects.toThrow('no answer')
    // With nothing to end, an empty report asks for no connection at all.
    await expect(emitter.emit(sampleReport())).resolves.toBeUndefined()
  })
})
