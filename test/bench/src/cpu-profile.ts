import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atMost, type Benchmark, goal, median } from './benchmark.ts'
import type { CpuProfileService } from './support/cpu-profile-worker.ts'
import { Worker } from './support/worker.ts'

const ROUNDS = 5
const COSTS = 30
const ROTATIONS = 30
const FUNCTIONS = 20_000

/** Asks one process one question: what one measurement leaves in the engine is not to be in the next. */
async function alone<T>(ask: (worker: Worker<CpuProfileService>) => Promise<T>): Promise<T> {
  const worker = new Worker<CpuProfileService>('cpu-profile-worker')
  try {
    return await ask(worker)
  } finally {
    await worker.kill()
  }
}

/** Largest difference between the share that a function had and the share that the counters give it, in points. */
function largestError(functions: readonly { truth: number; told: number }[]): number {
  const [truth, told] = [sum(functions.map((one) => one.truth)), sum(functions.map((one) => one.told))]
  return Math.max(...functions.map((one) => 100 * Math.abs(one.told / told - one.truth / truth)))
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const quantile = (values: readonly number[], q: number) => values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? NaN

/** The first function of `go tool pprof -top`; undefined where there is no Go. */
function firstByGo(profile: Buffer): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'pitwall-bench-'))
  try {
    const file = join(folder, 'cpu.pb.gz')
    writeFileSync(file, profile)
    const { stdout, status, error } = spawnSync('go', ['tool', 'pprof', '-top', file], { encoding: 'utf8' })
    if (error !== undefined || status !== 0) return undefined
    const lines = stdout.split('\n')
    return lines[lines.findIndex((line) => line.includes('flat%')) + 1]?.trim().split(/\s+/).slice(5).join(' ')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export default {
  what: 'the continuous CPU profile: shares of functions, cost, pause, lines, pprof',
  async run(progress) {
    const errors: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const functions = await alone((worker) => worker.ask('shares'))
      errors.push(largestError(functions))
      progress(functions.map(({ name, truth, told }) => `${name} ${truth.toFixed(0)} ms, told ${(told * 1_000).toFixed(0)}`).join('; '))
    }
    progress(`${COSTS} times with the profiler, with that of Node.js alone, and without`)
    const overhead = await alone((worker) => worker.ask('overhead', COSTS))
    const ratios = overhead.map(({ ours }) => ours)
    progress(`${ROTATIONS} rotations with ${FUNCTIONS} functions`)
    const { startMs, pauses } = await alone((worker) => worker.ask('rotations', FUNCTIONS, ROTATIONS))
    const line = await alone((worker) => worker.ask('line'))
    const { pprof, first } = await alone((worker) => worker.ask('profile'))
    const byGo = firstByGo(Buffer.from(pprof, 'base64'))
    return {
      goals: [
        atMost(3, 'points', {
          id: 'shares',
          what: `largest error of a function's share over 6 s, median of ${ROUNDS} rounds of five functions`,
          figure: median(errors),
        }),
        atMost(2, '%', { id: 'overhead', what: 'CPU time of the process with it, over without', figure: 100 * (median(ratios) - 1) }),
        atMost(1, 'ms', {
          id: 'rotation',
          what: `from one window to the next, with counting it, ${FUNCTIONS} functions loaded; median`,
          figure: median(pauses),
        }),
        goal({
          id: 'line',
          what: 'the line of TypeScript that counts most is the hot one (1: it is)',
          unit: '',
          figure: line.found === line.expected ? 1 : 0,
          limit: 1,
          comparator: '>=',
        }),
        goal({
          id: 'pprof',
          what: 'go tool pprof -top has the same first function (1: it has)',
          unit: '',
          figure: byGo === first ? 1 : 0,
          limit: 1,
          comparator: '>=',
        }),
      ],
      peers: [
        {
          name: 'node:inspector at the same rate (overhead, %)',
          version: process.version,
          figure: 100 * (median(overhead.map(({ bare }) => bare)) - 1),
        },
      ],
      notes: {
        'worst round of shares, points': Math.max(...errors),
        'what chance alone leaves of a share of 40 % in 594 samples, points (1 sigma)': 2,
        'quartiles of the CPU ratio': `${quantile(ratios, 0.25).toFixed(4)} to ${quantile(ratios, 0.75).toFixed(4)}`,
        '9 of 10 rotations within, and the longest, ms': `${quantile(pauses, 0.9).toFixed(2)} and ${Math.max(...pauses).toFixed(2)}`,
        'start of the profiler, ms': startMs,
        'share of the hot line, %': 100 * line.share,
        'opened by': byGo === undefined ? 'nothing: there is no Go here' : `go tool pprof: ${byGo}`,
      },
    }
  },
} satisfies Benchmark
