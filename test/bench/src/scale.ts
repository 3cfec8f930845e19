import { atMost, type Benchmark, goal, median } from './benchmark.ts'
import { startWithHistory } from './optbench/history.ts'
import type { CycleCost, service } from './support/cycle-worker.ts'
import { type FleetSize, LargeFleet } from './support/large-fleet.ts'
import { Worker } from './support/worker.ts'

const ROUNDS = 5

/** As much history as the default settings ask for, at the scrape interval that Prometheus has by default. */
const size: FleetSize = { services: 5, agents: 250, functions: 100, followed: 6, cached: 2, seconds: 18_600, scrapeSeconds: 60 }

/** One evaluation by a process that has made none before. */
async function fresh(url: string, end: number): Promise<CycleCost> {
  const worker = new Worker<typeof service>('cycle-worker')
  try {
    return await worker.ask('cycle', url, end, size.scrapeSeconds)
  } finally {
    await worker.kill()
  }
}

export default {
  what: 'an evaluation of 250 agents with 100 functions each: queries, seconds, and the memory of the optimizer',
  async run(progress) {
    const end = Math.floor(Date.now() / 1_000) - 60
    const fleet = new LargeFleet(size, end)
    progress('writing five hours of the fleet, and loading them into Prometheus')
    const prometheus = await startWithHistory(fleet)
    try {
      const costs: CycleCost[] = []
      for (let round = 1; round <= ROUNDS; round++) {
        const cost = await fresh(prometheus.url, end)
        if (cost.noVerdict !== undefined) throw new Error(cost.noVerdict)
        progress(`round ${round}: ${cost.queries} queries, ${cost.seconds.toFixed(2)} s, ${cost.memoryMiB.toFixed(0)} MiB`)
        for (const [seconds, promql] of cost.longest) progress(`  ${seconds.toFixed(2)} s  ${promql.replace(/\s+/g, ' ').slice(0, 100)}`)
        costs.push(cost)
      }
      return {
        goals: [
          goal({ id: 'series', what: 'series in Prometheus', unit: 'series', figure: fleet.series, limit: 180_000, comparator: '>=' }),
          atMost(40, 'queries', {
            id: 'queries',
            what: 'queries of one evaluation',
            figure: Math.max(...costs.map(({ queries }) => queries)),
          }),
          atMost(3, 's', { id: 'seconds', what: 'one evaluation, median of rounds', figure: median(costs.map(({ seconds }) => seconds)) }),
          atMost(300, 'MiB', {
            id: 'memory',
            what: 'most memory of the optimizer',
            figure: Math.max(...costs.map(({ memoryMiB }) => memoryMiB)),
          }),
        ],
        peers: [],
        notes: {
          prometheus: prometheus.version,
          scrapeSeconds: size.scrapeSeconds,
          historySeconds: size.seconds,
          slowestRound: Math.max(...costs.map(({ seconds }) => seconds)),
          recommendations: costs[0]?.found.length ?? 0,
        },
      }
    } finally {
      await prometheus.stop()
    }
  },
} satisfies Benchmark
