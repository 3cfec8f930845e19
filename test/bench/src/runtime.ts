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
const WORK_ROUNDS = 3
/** Limits of the semi-space, MiB: the first one is what predictions start from; they hold up to four times of it. */
const SIZES = [1, 2, 4, 8]
const FURTHEST = 4

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

/** Each figure's median. */
function medians(reports: readonly WorkReport[]): WorkReport {
  const of = (figure: (report: WorkReport) => number) => median(reports.map(figure))
  return {
    scavenges: of(({ scavenges }) => scavenges),
    semiSpace: of(({ semiSpace }) => semiSpace),
    newSpace: of(({ newSpace }) => newSpace),
    cpuMs: of(({ cpuMs }) => cpuMs),
    pauseMs: of(({ pauseMs }) => pauseMs),
  }
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
      const rounds: WorkReport[] = []
      for (let round = 0; round < WORK_ROUNDS; round++) rounds.push(await run<WorkReport>([`--max-semi-space-size=${size}`], 'work', TURNS))
      const report = medians(rounds)
      reports.push(report)
      progress(
        `${size} MiB: ${report.scavenges} scavenges, ${report.pauseMs.toFixed(0)} ms of pauses, ${report.cpuMs.toFixed(0)} ms of CPU`,
      )
    }
    const [base, ...others] = reports
    if (base === undefined) throw new Error('There is no size to start from.')
    const inReach = ({ semiSpace }: WorkReport) => semiSpace <= FURTHEST * base.semiSpace
    const ratios = (figure: (report: WorkReport) => number) => others.map((report) => (figure(report) / figure(base)).toFixed(2)).join(', ')
    return {
      goals: [
        atMost(0.1, '% of a core', {
          id: 'sampler',
          what: 'CPU of all runtime profilers with a collection every second, median of the rounds',
          figure: median(shares) * 100,
        }),
        atMost(10, '%', {
          id: 'scavenges',
          what: 'worst error of the predicted number of scavenges, up to four times the semi-space',
          figure: 100 * Math.max(...others.filter(inReach).map((report) => predictionError(base, report))),
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
        [`scavenges with ${SIZES.slice(1).join(', ')} MiB, over ${SIZES[0]} MiB`]: ratios(({ scavenges }) => scavenges),
        'their pauses': ratios(({ pauseMs }) => pauseMs),
        'CPU of the whole work': ratios(({ cpuMs }) => cpuMs),
      },
    }
  },
} satisfies Benchmark
