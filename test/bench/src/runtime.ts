import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { atMost, type Benchmark, goal, median } from './benchmark.ts'
import type { RestReport, WorkReport } from './support/runtime-worker.ts'

const worker = join(import.meta.dirname, 'support/runtime-worker.js')
const ROUNDS = 5
const REST_SECONDS = 15
const TURNS = 2_000
/** Limits of the semi-space, MiB: the first one is what predictions start from. */
const SIZES = [1, 2, 4, 8]

async function run<R>(options: readonly string[], task: string, figure: number): Promise<R> {
  const child = spawn(process.execPath, [...options, worker, task, String(figure)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  const report: R = JSON.parse(output)
  return report
}

/** Share of a core that the profilers take while a reader collects every second: over a process that exports nothing. */
async function samplerShare(): Promise<number> {
  // At the same time, so that neighbours on the machine slow both down.
  const [watched, bare] = await Promise.all([run<RestReport>([], 'watched', REST_SECONDS), run<RestReport>([], 'bare', REST_SECONDS)])
  return watched.cpuMs / watched.ms - bare.cpuMs / bare.ms
}

/** Half the scavenges with twice the room: the prediction that advice is made from, for a new space that is at its limit. */
function predictionError(base: WorkReport, actual: WorkReport): number {
  const predicted = (base.scavenges * base.semiSpace) / actual.semiSpace
  return Math.abs(predicted / actual.scavenges - 1)
}

export default {
  what: 'What the runtime metrics cost, and whether they predict what another size of the new space gives.',
  async run(progress) {
    const shares: number[] = []
    for (let round = 1; round <= ROUNDS; round++) {
      shares.push(await samplerShare())
      progress(`at rest, round ${round} of ${ROUNDS}: ${((shares.at(-1) ?? NaN) * 100).toFixed(3)} % of a core`)
    }
    const reports: WorkReport[] = []
    for (const size of SIZES) {
      const report = await run<WorkReport>([`--max-semi-space-size=${size}`], 'work', TURNS)
      reports.push(report)
      progress(
        `${size} MiB: ${report.scavenges} scavenges, ${report.pauseMs.toFixed(0)} ms of pauses, ${report.cpuMs.toFixed(0)} ms of CPU`,
      )
    }
    const [base, ...others] = reports
    if (base === undefined) throw new Error('There is no size to start from.')
    const cpuRatios = others.map((report) => report.cpuMs / base.cpuMs)
    const predictedRatios = others.map((report) => 1 - (base.pauseMs * (1 - base.semiSpace / report.semiSpace)) / base.cpuMs)
    return {
      goals: [
        atMost(0.1, '% of a core', {
          id: 'sampler',
          what: 'CPU of all runtime profilers with a collection every second, median of the rounds',
          figure: median(shares) * 100,
        }),
        atMost(10, '%', {
          id: 'scavenges',
          what: `worst error of the predicted number of scavenges, from ${SIZES[0]} MiB to ${SIZES.slice(1).join(', ')} MiB`,
          figure: 100 * Math.max(...others.map((report) => predictionError(base, report))),
        }),
        goal({
          id: 'at-limit',
          what: 'size of the new space over its limit, least of all sizes',
          unit: 'x',
          figure: Math.min(...reports.map(({ newSpace, semiSpace }) => newSpace / (2 * semiSpace))),
          limit: 0.75,
          comparator: '>=',
        }),
      ],
      peers: [],
      notes: {
        'share of a core in each round': shares.map((share) => `${(100 * share).toFixed(3)} %`).join(', '),
        'CPU with more room, over the first size': cpuRatios.map((ratio) => ratio.toFixed(2)).join(', '),
        'CPU predicted from the pauses alone, which is cautious': predictedRatios.map((ratio) => ratio.toFixed(2)).join(', '),
      },
    }
  },
} satisfies Benchmark
