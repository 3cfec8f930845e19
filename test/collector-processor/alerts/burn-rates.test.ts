import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { burnRateFile, ERRORS_ALERT, SLOW_CALLS_ALERT } from '../../../collector-processor/src/alerts/burn-rates.ts'
import { calls, prometheusName } from '../../../sdk/src/contract/index.ts'
import { promtool, testRules } from '../../support/promtool.ts'

const ruleFile = resolve(import.meta.dirname, '../../../docker/rules/pitwall-burn-rates.yaml')
const duration = prometheusName(calls.duration)

interface Series {
  readonly series: string
  readonly values: string
}

/** Counters of a function in promtool's notation, with a value for each of 90 minutes, and the share with which each severity fires. */
interface Case {
  readonly all?: string
  readonly failed?: string
  readonly quick?: string
  readonly fires: Readonly<Partial<Record<'page' | 'ticket', string>>>
}

function series(name: string, { all = '0+60x90', failed = '0x90', quick }: Case): Series[] {
  const labels = `service_name="agent",code_function_name="${name}"`
  return [
    { series: `${duration}_count{${labels}}`, values: all },
    { series: `${duration}_bucket{${labels},le="30"}`, values: quick ?? all },
    { series: `${prometheusName(calls.errors)}{${labels}}`, values: failed },
  ]
}

/** Resolves to promtool's `SUCCESS` when the real engine raises exactly the alerts of the cases, after 90 minutes. */
async function outcome(alertname: string, cases: Readonly<Record<string, Case>>): Promise<string> {
  const isOfErrors = alertname === ERRORS_ALERT
  const exp_alerts = Object.entries(cases).flatMap(([name, { fires }]) =>
    Object.entries(fires).map(([severity, share]) => ({
      exp_labels: { severity, service_name: 'agent', code_function_name: name },
      exp_annotations: {
        summary: `${name} ${isOfErrors ? 'fails' : 'is slow'} too often (agent)`,
        description: `${share} of its calls ${isOfErrors ? 'failed where 1 % may. Look at the errors of its spans' : 'took longer than 30 s where 1 % may. Look at its slowest spans'}, and at what was released last.`,
      },
    })),
  )
  const input = Object.entries(cases).flatMap(([name, one]) => series(name, one))
  const test = { interval: '1m', input_series: input, alert_rule_test: [{ eval_time: '90m', alertname, exp_alerts }] }
  return (await testRules({ rule_files: [ruleFile], evaluation_interval: '1m', tests: [test] })).join('')
}

describe('the burn-rate alerts', () => {
  it('are made from the contract and committed', async () => {
    await expect(burnRateFile()).toMatchFileSnapshot(ruleFile)
  })

  it('are accepted by promtool 2 and 3 without a complaint', async () => {
    for (const output of await promtool('check', 'rules', '--lint-fatal', ruleFile)) expect(output).toContain('7 rules found')
  })

  it('page for what burns the budget in hours, open tickets for what does in days, and are silent about the rest', async () => {
    const cases = {
      failsOften: { failed: '0+12x90', fires: { page: '20%', ticket: '20%' } },
      failsSometimes: { failed: '0+2.4x90', fires: { ticket: '4%' } },
      failsSeldom: { failed: '0+0.3x90', fires: {} },
      succeedsAgain: { failed: '0+12x50 600x40', fires: { ticket: '11.36%' } },
      isHardlyCalled: { all: '0+0.5x90', failed: '0+0.25x90', fires: {} },
      isNotCalled: { all: '7x90', failed: '7x90', fires: {} },
    }
    await expect(outcome(ERRORS_ALERT, cases)).resolves.toContain('SUCCESS')
  })

  it('tell slow calls from quick ones, and leave alone what is slow most of the time', async () => {
    const cases = {
      isSlowOften: { quick: '0+48x90', fires: { page: '20%', ticket: '20%' } },
      isQuick: { fires: {} },
      isMeantToBeSlow: { quick: '0+6x90', fires: {} },
    }
    await expect(outcome(SLOW_CALLS_ALERT, cases)).resolves.toContain('SUCCESS')
  })

  it('have the objectives that they are told', () => {
    const file = burnRateFile({ errorObjective: 0.999, slowSeconds: 0.25, minCalls: 7 })
    expect(file).toContain('> 0.0144\n')
    expect(file).toContain('le=~"0[.]25([.]0)?"')
    expect(file).toContain('>= 7\n')
    expect(file).toContain('failed where 0.1 % may')
  })

  it('have no objective that is no share, and no duration between two buckets', () => {
    for (const errorObjective of [0, 1, 99, NaN]) expect(() => burnRateFile({ errorObjective })).toThrow(RangeError)
    expect(() => burnRateFile({ slowSeconds: 7 })).toThrow('bound of a bucket')
    expect(() => burnRateFile({ minCalls: NaN })).toThrow(RangeError)
  })
})
