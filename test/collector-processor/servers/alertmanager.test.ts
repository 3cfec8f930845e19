import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { silencedDecisions } from '../../../collector-processor/src/alerts/silences.ts'
import { decide } from '../../../collector-processor/src/recommendation/decision.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { sampleRecommendation } from '../../support/recommendations.ts'
import { alertmanager } from '../../../collector-processor/src/servers/alertmanager.ts'
import { findProgram } from '../../../collector-processor/src/servers/find-program.ts'
import { run } from '../../../collector-processor/src/servers/install/run.ts'
import { query, useStack } from '../../support/stack.ts'
import { eventually } from '../../support/eventually.ts'

describe('docker/alertmanager.yaml', () => {
  it('is accepted by the real Alertmanager', async () => {
    const { program } = await findProgram(alertmanager)
    const path = resolve(import.meta.dirname, '../../../docker/alertmanager.yaml')
    expect(await run(join(dirname(program), 'amtool'), ['check-config', path])).toMatchObject({ code: 0 })
  }, 600_000)
})

describe('an alert', () => {
  const stack = useStack(['prometheus', 'alertmanager'], { ruleFiles: [resolve(import.meta.dirname, '../../support/always-firing.yaml')] })

  it('goes from a rule file to the API of Alertmanager, with its annotations', async () => {
    await eventually('the rule to fire', async () => (await query(stack(), 'ALERTS{alertstate="firing"}')).length === 1)
    const [alert] = await eventually('the alert', async () => {
      const response = await fetch(`${stack().endpoints.alertmanager}/api/v2/alerts`)
      const alerts: { labels: object; annotations: object }[] = JSON.parse(await response.text())
      return alerts.length > 0 && alerts
    })
    expect(alert).toMatchObject({ labels: { alertname: 'AlwaysFiring' }, annotations: { summary: 'The value is 1.' } })
  })

  it('is what a silence dismisses by its id until the silence ends, and what one that begins with ACK! accepts', async () => {
    const [dismissed, accepted, other] = ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc'].map((id) => sampleRecommendation({ id }))
    const alertmanagerUrl = stack().endpoints.alertmanager
    const ends = await silence(alertmanagerUrl, 'prices change all the time', { id: 'aaaaaaaaaa', rule: 'undersized-cache', cluster: 'eu' })
    await silence(alertmanagerUrl, 'ACK! next sprint', { id: 'bbbbbbbbbb' })
    await silence(alertmanagerUrl, 'maintenance', { severity: 'info' })
    await silence(alertmanagerUrl, 'another subject', { id: 'cccccccccc', subject: 'elsewhere' })
    const states = async (): Promise<unknown[]> => {
      const decisions = await silencedDecisions(parseSettings({ alertmanagerUrl }))
      return decide(
        [dismissed, accepted, other].flatMap((one) => one ?? []),
        decisions,
      ).map(({ state, decision }) => [state, decision?.by, decision?.reason])
    }
    expect(await states()).toEqual([
      ['dismissed', 'ana', 'prices change all the time'],
      ['accepted', 'ana', 'next sprint'],
      ['proposed', undefined, undefined],
    ])
    await ends()
    expect((await states())[0]).toEqual(['proposed', undefined, undefined])
  })
})

/** Makes a silence of an hour; returns what ends it. */
async function silence(url: string | undefined, comment: string, labels: Readonly<Record<string, string>>): Promise<() => Promise<void>> {
  const matchers = Object.entries(labels).map(([name, value]) => ({ name, value, isRegex: false, isEqual: true }))
  const now = Date.now()
  const [startsAt, endsAt] = [new Date(now).toISOString(), new Date(now + 3_600_000).toISOString()]
  const response = await fetch(`${url}/api/v2/silences`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ matchers, startsAt, endsAt, createdBy: 'ana', comment }),
  })
  const { silenceID }: { silenceID: string } = JSON.parse(await response.text())
  return async () => void (await fetch(`${url}/api/v2/silence/${silenceID}`, { method: 'DELETE' }))
}
