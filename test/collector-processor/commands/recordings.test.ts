import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCycle } from '../../../collector-processor/src/cycle.ts'
import { main } from '../../../collector-processor/src/main.ts'
import { type PrometheusClient, prometheusClient } from '../../../collector-processor/src/prometheus/client.ts'
import { growth } from '../../../collector-processor/src/prometheus/question.ts'
import { aFunction } from '../../../collector-processor/src/prometheus/questions.ts'
import { gather } from '../../../collector-processor/src/prometheus/evidence.ts'
import type { Report } from '../../../collector-processor/src/recommendation/recommendation.ts'
import rule from '../../../collector-processor/src/rules/uncached-repetition.ts'
import { parseSettings, type Settings, type SettingsInput } from '../../../collector-processor/src/settings.ts'
import { historic } from '../../support/history.ts'
import { PrometheusProcess } from '../../support/prometheus-process.ts'
import { promtool } from '../../support/promtool.ts'
import { startedForTests } from '../../support/started-for-tests.ts'

const fleet = rule.cases.flatMap(({ series }, index) => series.map((one) => historic(one, `agent-${index}`)))
const server = startedForTests('Prometheus', () => PrometheusProcess.start(fleet, { seconds: 4_200, stepSeconds: 30 }))
let folder: string
let file: string

/** What the command prints. */
async function printed(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', '']
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    colour: false,
    signal: new AbortController().signal,
    env: {},
  }
  return { code: await main(['recordings', ...args], io), out, err }
}

/** The report, and the expressions that were sent for it. */
async function judged(changes: SettingsInput = {}): Promise<{ readonly report: Report; readonly queries: readonly string[] }> {
  const settings: Settings = parseSettings({ prometheusUrl: server().url, earlierWindows: 0, ...changes })
  const queries: string[] = []
  const client = noting(prometheusClient(settings), queries)
  return { report: await runCycle({ settings, client, now: server().end }), queries }
}

function noting(client: PrometheusClient, queries: string[]): PrometheusClient {
  return { ...client, queryRange: (promql, range) => (queries.push(promql), client.queryRange(promql, range)) }
}

/** Queries of what was scraped; a week of hours is read from recordings only after a week. */
const raw = (queries: readonly string[]): number =>
  queries.filter((promql) => promql.includes('increase(') && !promql.includes('[3600000ms]')).length
const found = ({ recommendations }: Report): readonly string[] => recommendations.map(({ id, title }) => `${id} ${title}`)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-recordings-'))
  file = join(folder, 'recordings.yaml')
  await writeFile(file, (await printed()).out)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('recording rules', () => {
  it('are accepted by the real promtool without a complaint', async () => {
    for (const output of await promtool('check', 'rules', '--lint-fatal', file)) expect(output).toMatch(/\d\d rules found/)
  })

  it('make an evaluation read what they recorded, and conclude the same', async () => {
    const before = await judged()
    expect(raw(before.queries)).toBeGreaterThan(0)
    const { start, end, url, data } = server()
    const blocks = ['tsdb', 'create-blocks-from', 'rules', `--start=${start}`, `--end=${end}`, `--url=${url}`, '--eval-interval=300s']
    await promtool(...blocks, `--output-dir=${data}`, file)
    await server().kill()
    await server().restart()
    const after = await judged()
    expect(raw(after.queries)).toBe(0)
    expect(found(after.report)).toEqual(found(before.report))
    for (const [index, { saving }] of after.report.recommendations.entries()) {
      expect(saving.likely / (before.report.recommendations[index]?.saving.likely ?? 0)).toBeCloseTo(1, 2)
    }
  })

  it('are not relied on where they do not reach back, or are for blocks of another length', async () => {
    expect(raw((await judged({ earlierWindows: 2 })).queries)).toBeGreaterThan(0)
    expect(raw((await judged({ windowMs: '30m' })).queries)).toBeGreaterThan(0)
  })

  it('do not stand for a question that they were not made for', async () => {
    const queries: string[] = []
    const own = growth('pitwall_function_duration_seconds_count{code_function_name="search"}', aFunction)
    const span = { end: server().end - 30, blockSeconds: 300, blocks: 12, windowBlocks: 12 }
    const evidence = await gather(noting(prometheusClient(parseSettings({ prometheusUrl: server().url })), queries), [own], span)
    expect(raw(queries)).toBe(1)
    expect(evidence.of(own).subjects().length).toBeGreaterThan(0)
  })

  it('are printed for the window that the evaluation has', async () => {
    const { out } = await printed('--window', '2h')
    expect(out.match(/interval: \w+/g)).toEqual(['interval: 600000ms', 'interval: 3600000ms'])
    // What is asked of hours is not asked of blocks as well.
    expect(out.match(/pitwall_question: '\w+'/g)?.length).toBe(new Set(out.match(/pitwall_question: '\w+'/g)).size)
    expect(await printed('--window', 'soon')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--window must be') })
  })
})
