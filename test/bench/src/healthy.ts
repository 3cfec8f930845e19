import { parseSettings, prometheusClient, runCycle } from '@pitwall/collector-processor'
import { atMost, type Benchmark, type BenchmarkResult } from './benchmark.ts'
import { startWithHistory } from './optbench/history.ts'
import { Instance } from './optbench/instance.ts'
import { Recorder } from './optbench/recorder.ts'
import { discoverWorlds } from './optbench/world.ts'

const HOUR_MS = 3_600_000
const DAYS = 7
/** Coarser than in production, so that a week of it can be played in a minute. */
const SCRAPE_MS = 5 * 60_000
const settings = { windowMs: '6h', blocks: 12, earlierWindows: 4, scrapeIntervalMs: SCRAPE_MS } as const
/** The optimizer is asked so often, from the end of its first window on. */
const EVERY_MS = 6 * HOUR_MS
/** Services of each kind. */
const EACH = 8
/** Used for nothing else. */
const SEED = 920_000

export default {
  what: 'A week in the life of services that need no advice: daily cycles, deploys, noise, and what the optimizer says to them.',
  async run(progress, { seed: from = SEED }): Promise<BenchmarkResult> {
    const worlds = (await discoverWorlds()).filter(({ isOfDays }) => isOfDays === true)
    const instances = worlds.flatMap((world, kind) =>
      Array.from({ length: EACH }, (_, index) => new Instance(world, from + 100 * kind + index, SCRAPE_MS)),
    )
    const recorder = new Recorder()
    const end = Math.floor(Date.now() / 300_000) * 300
    const lengthMs = DAYS * 24 * HOUR_MS
    for (const instance of instances) {
      instance.record(recorder, lengthMs, end)
      progress(`${instance.service} has lived for a week`)
    }
    const prometheus = await startWithHistory(recorder)
    const advised = new Set<string>()
    let cycles = 0
    try {
      const parsed = parseSettings({ ...settings, prometheusUrl: prometheus.url, queryOffsetMs: 0 })
      for (let at = EVERY_MS; at <= lengthMs; at += EVERY_MS, cycles++) {
        const report = await runCycle({ settings: parsed, client: prometheusClient(parsed), now: end - (lengthMs - at) / 1_000 })
        if (report.noVerdict !== undefined) throw new Error(report.noVerdict)
        for (const { service, rule, subject, title } of report.recommendations) {
          if (!advised.has(`${service} ${rule} ${subject}`)) progress(`${service}, after ${at / HOUR_MS} h: ${title}`)
          advised.add(`${service} ${rule} ${subject}`)
        }
      }
    } finally {
      await prometheus.stop()
    }
    return {
      goals: [
        atMost(0, 'recommendations', {
          id: 'false-advice',
          what: `recommendations in ${DAYS} days for ${instances.length} services that need none`,
          figure: advised.size,
        }),
      ],
      peers: [],
      notes: { cycles, seeds: `${from} to ${from + 100 * worlds.length}`, prometheus: prometheus.version },
    }
  },
} satisfies Benchmark
