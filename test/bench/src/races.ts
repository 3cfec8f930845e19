import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type Benchmark, goal } from './benchmark.ts'

const SCHEDULES = 10_000
const repository = resolve(import.meta.dirname, '../../..')
const TEST = 'test/sdk/cache/races.test.ts'

/** What the test runner says of one test. */
interface TestResult {
  readonly title: string
  readonly status: string
  readonly failureMessages: readonly string[]
}

/** Runs the model-based test with so many schedules; `npm test` runs a share of them. */
async function runTest(schedules: number): Promise<readonly TestResult[]> {
  const manifest = createRequire(import.meta.url).resolve('vitest/package.json')
  const folder = mkdtempSync(join(tmpdir(), 'pitwall-races-'))
  try {
    const file = join(folder, 'report.json')
    const args = [join(dirname(manifest), 'vitest.mjs'), 'run', TEST, '--reporter=json', `--outputFile=${file}`]
    const env = { ...process.env, PITWALL_RACES: String(schedules) }
    await once(spawn(process.execPath, args, { cwd: repository, env, stdio: 'ignore' }), 'close')
    const report: { testResults: { assertionResults: TestResult[] }[] } = JSON.parse(readFileSync(file, 'utf8'))
    return report.testResults.flatMap(({ assertionResults }) => assertionResults)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export default {
  what: 'stale reads and lost updates in random schedules of loads, invalidations, expiry and refreshes, two processes and a Redis',
  async run(progress) {
    progress(`${SCHEDULES} schedules against a real Redis, one to two minutes`)
    const started = performance.now()
    const results = await runTest(SCHEDULES)
    const failed = results.filter(({ status }) => status !== 'passed')
    for (const { title, failureMessages } of failed) progress(`${title}: ${failureMessages.join('\n').slice(0, 2_000)}`)
    return {
      goals: [
        goal({
          id: 'stale',
          what: 'schedules with a stale read or a lost update',
          unit: '',
          figure: failed.length,
          limit: 0,
          comparator: '<=',
        }),
        goal({
          id: 'ran',
          what: 'properties that were tried: in memory, and with two processes and a Redis',
          unit: '',
          figure: results.length,
          limit: 2,
          comparator: '>=',
        }),
      ],
      peers: [],
      notes: { schedules: SCHEDULES, 'schedules in memory': 500, seconds: Math.round((performance.now() - started) / 1_000) },
    }
  },
} satisfies Benchmark
