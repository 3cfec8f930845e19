import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prometheusName, system } from '@pitwall/sdk/contract'
import { discoverRules } from '../../../collector-processor/dist/rules/rule.js'
import { atMost, type Benchmark, type Goal } from './benchmark.ts'
import type { CycleCost, service } from './support/cycle-worker.ts'
import { engines, startEngine, type WrittenSample } from './support/engines.ts'
import { Worker } from './support/worker.ts'

const SECONDS = 20_000
const SCRAPE_SECONDS = 60

/** Every situation that a rule declares, each a service of its own: a metric with all its samples at a time. */
async function situations(start: number): Promise<() => Iterable<readonly WrittenSample[]>> {
  const written = (await discoverRules()).flatMap((rule) =>
    rule.cases.flatMap(({ series }, index) =>
      series.map((one) => ({ ...one, labels: { ...one.labels, service_name: `${rule.id}-${index}` } })),
    ),
  )
  const all = [...written, { name: prometheusName(system.uptime), labels: { service_name: 'any' }, level: 1, perSecond: undefined }]
  const names = [...new Set(all.map(({ name }) => name))]
  return function* () {
    for (const name of names) {
      yield all
        .filter((one) => one.name === name)
        .flatMap(({ labels, level, perSecond = 0 }) => {
          const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
          return Array.from({ length: SECONDS / SCRAPE_SECONDS + 1 }, (_, index): WrittenSample => {
            const second = index * SCRAPE_SECONDS
            return [`${name}{${pairs.join(',')}}`, level ?? perSecond * second, start + second]
          })
        })
    }
  }
}

async function judged(url: string, now: number): Promise<CycleCost> {
  const worker = new Worker<typeof service>('cycle-worker')
  try {
    return await worker.ask('cycle', url, now, SCRAPE_SECONDS, true)
  } finally {
    await worker.kill()
  }
}

function compared(name: string, version: string, first: CycleCost, cost: CycleCost): readonly Goal[] {
  const [expected, ids] = [first, cost].map(({ found }) => new Set(found.map(({ id }) => id)))
  const different = [...first.found, ...cost.found].filter(({ id }) => expected?.has(id) !== ids?.has(id))
  return [
    atMost(0, 'ids', { id: `ids-${version}`, what: `ids that only one of ${name} and the first engine has`, figure: different.length }),
    atMost(0.02, 'of it', { id: `savings-${version}`, what: `largest difference of a saving in ${name}`, figure: difference(first, cost) }),
  ]
}

/** Largest relative difference of a likely saving that both have. */
function difference(one: CycleCost, other: CycleCost): number {
  const savings = new Map(one.found.map(({ id, saving }) => [id, saving.likely]))
  return Math.max(0, ...other.found.map(({ id, saving }) => Math.abs(saving.likely / (savings.get(id) ?? saving.likely) - 1)))
}

export default {
  what: 'the same history in Prometheus 2, Prometheus 3 and VictoriaMetrics: the same recommendations and ids (the first run builds them, some minutes)',
  async run(progress) {
    const end = Math.floor(Date.now() / 1_000) - 60
    const samples = await situations(end - SECONDS)
    const goals: Goal[] = []
    const notes: Record<string, string> = {}
    let first: CycleCost | undefined
    for (const engine of engines) {
      const directory = await mkdtemp(join(tmpdir(), 'pitwall-engines-'))
      try {
        const running = await startEngine(engine, samples, directory, progress)
        const cost = await judged(running.url, end).finally(() => running.stop())
        if (cost.noVerdict !== undefined) throw new Error(`${engine.name}: ${cost.noVerdict}`)
        progress(
          `${engine.name} ${running.version}: ${cost.found.length} recommendations, ${cost.queries} queries, ${cost.seconds.toFixed(2)} s`,
        )
        notes[engine.name] = `${running.version}, ${cost.found.length} recommendations, ${cost.queries} queries`
        if (first === undefined) first = cost
        else goals.push(...compared(engine.name, running.version, first, cost))
      } finally {
        await rm(directory, { recursive: true, force: true })
      }
    }
    return { goals, peers: [], notes }
  },
} satisfies Benchmark
