import { spawn } from 'node:child_process'
import { totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { discoverDashboards } from '../grafana/discover.ts'
import { dashboardExpressions, substituteVariables } from '../grafana/expressions.ts'
import { cpuGroup, memoryGroup } from '../sdk/src/sampling/cgroup.ts'
import { readText } from '../sdk/src/sampling/read-text.ts'
import { eventually } from './support/eventually.ts'

const pitwall = fileURLToPath(new URL('../collector-processor/bin/pitwall.js', import.meta.url))
const expressions = (await discoverDashboards()).flatMap(({ name, dashboard }) =>
  dashboardExpressions(dashboard).map(({ where, kind, expr }) => ({ name, where, kind, expr: substituteVariables(expr, '5s') })),
)

/** Series of limits that the machine of this test has not set. */
const unlimited = [
  ...(cpuGroup(readText) === undefined ? ['container_cpu_'] : []),
  ...(memoryGroup(readText, totalmem()) === undefined ? ['container_memory_'] : []),
]
const isExpected = ({ expr }: { expr: string }) => !unlimited.some((name) => expr.includes(name))

/** From the agents to what Grafana draws: the demo tells its story, stays up, and every dashboard has something to show. */
describe('after a demo run', () => {
  let demo: ReturnType<typeof spawn>
  let prometheus = ''

  beforeAll(async () => {
    let said = ''
    demo = spawn(process.execPath, [pitwall, 'demo', '--keep', '--seed', '7'], { stdio: ['ignore', 'pipe', 'inherit'] })
    demo.stdout?.setEncoding('utf8').on('data', (text: string) => void (said += text))
    await eventually('the verdict', () => /verdict +(verified|refuted)/.test(said), { deadlineMs: 90_000 })
    prometheus = /Prometheus +(http:\/\/[^/\s]+)/.exec(said)?.[1] ?? ''
  }, 100_000)

  afterAll(async () => {
    const ended = new Promise((resolve) => demo.once('exit', resolve))
    demo.kill('SIGINT')
    await ended
  })

  it.each(expressions.filter(isExpected))('$name: the $kind "$where" has data: $expr', async ({ expr }) => {
    // Some come late: what a major garbage collection leaves is not known before there is one.
    await eventually('a series', async () => (await seriesOf(expr)) > 0, { deadlineMs: 25_000 })
    expect(await seriesOf(expr)).toBeGreaterThan(0)
  })

  it('draws no limit where none is set', async () => {
    for (const { expr } of expressions.filter((expression) => !isExpected(expression))) expect(await seriesOf(expr)).toBe(0)
  })

  async function seriesOf(expr: string): Promise<number> {
    const response = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expr)}`)
    const answer: { data?: { result: unknown[] } } = JSON.parse(await response.text())
    return answer.data?.result.length ?? 0
  }
})
