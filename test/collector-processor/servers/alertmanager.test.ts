import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
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
})
