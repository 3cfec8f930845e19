import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import advise from '../../../collector-processor/src/commands/advise.ts'
import plan from '../../../collector-processor/src/commands/plan.ts'
import { type Command, type CommandIo, type OptionValues, UsageError } from '../../../collector-processor/src/commands/command.ts'
import type { Plan } from '../../../collector-processor/src/recommendation/plan.ts'
import type { Report } from '../../../collector-processor/src/recommendation/recommendation.ts'
import rule from '../../../collector-processor/src/rules/uncached-repetition.ts'
import { type HistoricPrometheus, historic, startWithHistory } from '../../support/history.ts'

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(options: OptionValues, command: Command = advise): Promise<Outcome> {
  let [out, err] = ['', '']
  const io: CommandIo = {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    colour: false,
    signal: new AbortController().signal,
    env: {},
  }
  return { code: await command.run(options, io, []), out, err }
}

describe('pitwall advise', () => {
  let prometheus: HistoricPrometheus
  beforeAll(async () => {
    const series = rule.cases.flatMap(({ series }, index) => series.map((one) => historic(one, `agent-${index}`)))
    prometheus = await startWithHistory(series, { seconds: 4_000, stepSeconds: 30 })
  })
  afterAll(() => prometheus.stop())

  it('prints a ranked table, the advice with its figures, and why others got none', async () => {
    const { code, out, err } = await run({ prometheus: prometheus.url })
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/1 {2}Cache search +agent-0 +0\.9 s\/s \(0\.\d+ to 0\.\d+\) +minutes +uncached-repetition +proposed/)
    expect(out).toMatch(/3 {2}Investigate whether search may be cached/)
    expect(out).toMatch(/Wrap it in cached\(…, { maxEntries: 50, ttl: '30s' }\)\./)
    expect(out).toMatch(/normalize +agent-3 +uncached-repetition +all its calls together take only 400 µs of each second/)
    expect(out).toMatch(/agent-\d+ +degraded +Cache search \(uncached-repetition\)|services? (is|are) good/)
    expect(out).not.toMatch(/NaN|undefined/)
  })

  it('prints the whole report as one document', async () => {
    const { code, out } = await run({ prometheus: prometheus.url, json: true })
    const report: Report = JSON.parse(out)
    expect(code).toBe(0)
    expect(report.recommendations[0]).toMatchObject({
      rule: 'uncached-repetition',
      subject: 'search',
      state: 'proposed',
      change: { maxEntries: 50, ttlSeconds: 30 },
    })
  })

  it('prints the plan in 80 columns, as a document, and as Markdown with the code', async () => {
    const { code, out, err } = await run({ prometheus: prometheus.url }, plan)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^Quick wins\n\n {2}1\. Cache search\n {5}0\.9 s\/s \(0\.\d+ to 0\.\d+\); minutes\n/)
    expect(out).toMatch(/\nNext\n\n {2}\d\. Investigate whether search may be cached\n/)
    expect(out).toMatch(/\nTogether about 2\.65 s\/s \(2\.\d+ to 2\.\d+\)\.\n$/)
    expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
    const document: Plan & { evaluatedAt: number } = JSON.parse((await run({ prometheus: prometheus.url, json: true }, plan)).out)
    expect(document.totals[0]?.likely).toBeCloseTo(2.655, 2)
    expect(document.phases.map(({ phase }) => phase)).toEqual(['quick-win', 'next'])
    expect((await run({ prometheus: prometheus.url, markdown: true }, plan)).out).toMatch(
      /^# Plan\n[^]*- \[ \] Wrap it in cached[^]*```ts\nimport { cached }/,
    )
  })

  it('has no verdict when Prometheus knows nothing of the last window', async () => {
    const empty = await startWithHistory([{ name: 'other_metric', labels: {}, at: () => 1 }], { seconds: 60, stepSeconds: 30 })
    const { code, out, err } = await run({ prometheus: empty.url })
    await empty.stop()
    expect([code, out]).toEqual([3, ''])
    expect(err).toMatch(/^No verdict: Prometheus at .* has no metrics of Pitwall from the last 1 h; .*\.\n$/)
  })

  it('has no verdict when Prometheus is down, and invents nothing', async () => {
    const { code, out, err } = await run({ prometheus: 'http://127.0.0.1:1', json: true })
    expect(code).toBe(3)
    expect(JSON.parse(out)).toMatchObject({ recommendations: [], notAdvised: [] })
    expect(err).toMatch(/^No verdict: Prometheus at http:\/\/127\.0\.0\.1:1\S* cannot be reached/)
  })

  it('says what is wrong with an option', async () => {
    await expect(run({ window: 'soon' })).rejects.toThrow(new UsageError('--window must be a duration such as 30s, 5m or 1h.'))
  })
})
