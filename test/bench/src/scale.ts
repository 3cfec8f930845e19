import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { atMost, type Benchmark, goal, median } from './benchmark.ts'
import { databaseOf, type HistoricPrometheus, promtool, startOn, writeHistory } from './optbench/history.ts'
import type { CycleCost, service } from './support/cycle-worker.ts'
import { type FleetSize, LargeFleet } from './support/large-fleet.ts'
import { Worker } from './support/worker.ts'

const pitwall = resolve(import.meta.dirname, '../../../collector-processor/bin/pitwall.js')

const ROUNDS = 3
const HOUR = 3_600
const WEEK = 170 * HOUR

/** Scraped as often as Prometheus does by default. */
const size: FleetSize = { services: 5, agents: 250, functions: 100, followed: 6, cached: 2, scrapeSeconds: 60 }
/** What the default settings ask for: a window, and four earlier ones; and a bit, since recordings have their own moments. */
const SECONDS = 6 * HOUR

/** One evaluation by a process that has made none before. */
async function evaluate(url: string, now: number, isRecorded: boolean): Promise<CycleCost> {
  const worker = new Worker<typeof service>('cycle-worker')
  try {
    const cost = await worker.ask('cycle', url, now, size.scrapeSeconds, isRecorded)
    if (cost.noVerdict !== undefined) throw new Error(cost.noVerdict)
    return cost
  } finally {
    await worker.kill()
  }
}

/** Has recording rules answer for the past, as if they had been there: those of hours for a week, in which there was no fleet at first. */
async function record(directory: string, url: string, start: number, end: number): Promise<void> {
  const rules = execFileSync(process.execPath, [pitwall, 'recordings'], { encoding: 'utf8' })
  const answer = async (text: string, from: number, to: number): Promise<void> => {
    const file = join(directory, 'recordings.yaml')
    await writeFile(file, text)
    const past = [`--start=${from}`, `--end=${to}`, `--url=${url}`, `--output-dir=${databaseOf(directory)}`]
    await promtool('tsdb', 'create-blocks-from', 'rules', ...past, file)
  }
  await answer(rules, start, end)
  const ofHours = rules.indexOf('  - name: pitwall-answers-of-hours')
  await answer(`groups:\n${rules.slice(ofHours)}`, end - WEEK, start - 1)
}

function idsOf(costs: readonly CycleCost[]): readonly string[] {
  return [...new Set(costs.flatMap(({ found }) => found.map(({ id }) => id)))]
}

/** How many are in one of two lists alone. */
function onlyOne(a: readonly string[], b: readonly string[]): number {
  return a.filter((id) => !b.includes(id)).length + b.filter((id) => !a.includes(id)).length
}

export default {
  what: 'an evaluation of 250 agents with 100 functions each: queries, seconds, and the memory of the optimizer',
  async run(progress) {
    const end = Math.floor(Date.now() / 1_000)
    const directory = await mkdtemp(join(tmpdir(), 'pitwall-scale-'))
    let prometheus: HistoricPrometheus | undefined
    try {
      const fleet = new LargeFleet(size, end - SECONDS)
      for (let from = 0; from < SECONDS; from += HOUR) {
        progress(`writing hour ${from / HOUR + 1} of ${SECONDS / HOUR}`)
        await writeHistory(fleet.text({ from, to: from + HOUR - size.scrapeSeconds }), directory)
      }
      progress('recording answers')
      prometheus = await startOn(directory)
      await record(directory, prometheus.url, end - SECONDS + 600, end)
      await prometheus.stop()
      prometheus = await startOn(directory)
      const [recorded, raw]: [CycleCost[], CycleCost[]] = [[], []]
      for (let round = 1; round <= ROUNDS; round++) {
        for (const [name, costs] of [['recorded', recorded] as const, ['raw', raw] as const]) {
          const cost = await evaluate(prometheus.url, end, name === 'recorded')
          progress(
            `round ${round}, ${name}: ${cost.queries} queries, ${cost.seconds.toFixed(2)} s (processor: ${cost.ownSeconds.toFixed(2)} s here, ${cost.serverSeconds.toFixed(2)} s in Prometheus), ${cost.memoryMiB.toFixed(0)} MiB, ${cost.found.length} recommendations`,
          )
          costs.push(cost)
        }
      }
      const both = [...recorded, ...raw]
      const secondsOf = (costs: readonly CycleCost[]): number => median(costs.map(({ seconds }) => seconds))
      return {
        goals: [
          goal({
            id: 'series',
            what: 'series of the fleet in Prometheus',
            unit: 'series',
            figure: fleet.series,
            limit: 180_000,
            comparator: '>=',
          }),
          atMost(40, 'queries', {
            id: 'queries',
            what: 'queries of an evaluation',
            figure: Math.max(...both.map(({ queries }) => queries)),
          }),
          atMost(3, 's', { id: 'seconds', what: 'an evaluation with recording rules, median of rounds', figure: secondsOf(recorded) }),
          atMost(300, 'MiB', {
            id: 'memory',
            what: 'most memory of the optimizer',
            figure: Math.max(...both.map(({ memoryMiB }) => memoryMiB)),
          }),
          atMost(0, 'recommendations', {
            id: 'same',
            what: 'recommendations that only one of recorded and raw answers gives',
            figure: onlyOne(idsOf(recorded), idsOf(raw)),
          }),
        ],
        peers: [{ name: 'without recording rules (s)', version: 'same build', figure: secondsOf(raw) }],
        notes: {
          prometheus: prometheus.version,
          scrapeSeconds: size.scrapeSeconds,
          serverProcessorSecondsRecorded: median(recorded.map(({ serverSeconds }) => serverSeconds)),
          serverProcessorSecondsRaw: median(raw.map(({ serverSeconds }) => serverSeconds)),
          slowestRecorded: Math.max(...recorded.map(({ seconds }) => seconds)),
          slowestRaw: Math.max(...raw.map(({ seconds }) => seconds)),
          recommendations: recorded[0]?.found.length ?? 0,
        },
      }
    } finally {
      await prometheus?.stop()
      await rm(directory, { recursive: true, force: true })
    }
  },
} satisfies Benchmark
