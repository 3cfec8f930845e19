import { setTimeout as delay } from 'node:timers/promises'
import { createCache } from '@pitwall/sdk'
import { redis } from '@pitwall/sdk/backends/redis'
import { atMost, type Benchmark, type Goal, median, type Peer } from './benchmark.ts'
import { now } from './support/machine-clock.ts'
import type { Call, OutageService } from './support/outage-worker.ts'
import { type Outage, outages } from './support/outages.ts'
import { packageOf, type Setup } from './support/shared-caches.ts'
import { versionOf } from './support/versions.ts'
import { Worker } from './support/worker.ts'

const BEFORE_MS = 3_000
const OUTAGE_MS = 5_000
const AFTER_MS = 3_000
/** Runs of ours, of which the median counts: neighbours on the machine delay whole seconds of one. */
const RUNS = 3
/** Each run is longer by this, so that the outage does not always end at the same point of a pause. */
const LONGER_MS = 400
const LOADER_MS = 20
const DEADLINE_MS = 40

const PEERS: readonly Setup[] = [
  'bentocache L1+L2+bus',
  'bentocache L1+L2+bus, grace, timeout 100 ms, hardTimeout 2 s, breaker 1 s',
  'cacheable L1+L2',
  'async-cache-dedupe',
]

/** What callers saw who called during the outage. */
interface Seen {
  readonly calls: number
  readonly errors: number
  readonly medianMs: number
  readonly p99Ms: number
  readonly worstMs: number
  /** The same before the outage, when all is well: what the machine alone does to it. */
  readonly p99BeforeMs: number
  /** From the return of Redis until another process sees there what the agent has stored since; undefined when it is not looked for. */
  readonly backMs: number | undefined
}

/** One agent under load, before, during and after an outage of its Redis. */
async function during(outage: Outage, setup: Setup, outageMs: number = OUTAGE_MS): Promise<Seen> {
  const server = await outages[outage]()
  const agent = new Worker<OutageService>('outage-worker')
  try {
    await agent.ask('open', setup, server.url)
    await agent.ask('begin')
    await delay(BEFORE_MS)
    const lostAt = now()
    await server.lose()
    await delay(outageMs)
    const endsAt = now()
    await server.regain()
    const returnedAt = now()
    const backMs = setup === 'pitwall' ? await untilUsed(agent, server.directUrl, returnedAt) : undefined
    await delay(Math.max(0, returnedAt + AFTER_MS - now()))
    const all = await agent.ask('end')
    const calls = all.filter(({ at }) => at >= lostAt && at < endsAt)
    const before = all.filter(({ at }) => at > lostAt - BEFORE_MS / 2 && at < lostAt - 100)
    const errors = calls.filter(({ ms, failed }) => failed || ms === undefined).length
    return {
      calls: calls.length,
      errors,
      medianMs: quantile(calls, 0.5),
      p99Ms: quantile(calls, 0.99),
      worstMs: quantile(calls, 1),
      p99BeforeMs: quantile(before, 0.99),
      backMs,
    }
  } finally {
    await agent.kill()
    await server.stop()
  }
}

function quantile(calls: readonly Call[], share: number): number {
  const times = calls.map(({ ms = Number.POSITIVE_INFINITY }) => ms).toSorted((a, b) => a - b)
  return times[Math.ceil(share * times.length) - 1] ?? Number.NaN
}

/** Milliseconds from the return until a cache of this process sees in Redis what the agent has stored since. */
async function untilUsed(agent: Worker<OutageService>, url: string, returnedAt: number): Promise<number> {
  await using observer = createCache<string>({ name: 'bench', backend: redis({ url }) })
  await agent.ask('probe')
  while (now() < returnedAt + AFTER_MS) {
    if (Number(await observer.get('probe')) > returnedAt) return now() - returnedAt
    await delay(5)
  }
  return Number.POSITIVE_INFINITY
}

function goalsOf(outage: Outage, runs: readonly Seen[]): readonly Goal[] {
  const id = outage.replace(' ', '-')
  const errors = runs.reduce((sum, run) => sum + run.errors, 0)
  const [p99, back] = [median(runs.map(({ p99Ms }) => p99Ms)), median(runs.map(({ backMs = Number.NaN }) => backMs))]
  return [
    atMost(0, 'errors', { id: `${id}-errors`, what: `errors of calls while Redis is ${outage}`, figure: errors }),
    atMost(LOADER_MS + DEADLINE_MS + 10, 'ms', { id: `${id}-p99`, what: `p99 of calls while Redis is ${outage}`, figure: p99 }),
    atMost(1_000, 'ms', { id: `${id}-back`, what: `until Redis is in use again when it was ${outage}`, figure: back }),
  ]
}

function describe({ calls, errors, medianMs, p99Ms, worstMs, p99BeforeMs, backMs }: Seen): string {
  const times = `median ${medianMs.toFixed(1)}, p99 ${p99Ms.toFixed(0)}, worst ${worstMs.toFixed(0)} ms (p99 before ${p99BeforeMs.toFixed(0)})`
  return `${times}, ${errors} errors in ${calls} calls${backMs === undefined ? '' : `, in use again after ${backMs.toFixed(0)} ms`}`
}

export default {
  what: 'What callers see while Redis is killed, frozen, black-holed or answers garbage for five seconds, and how soon it is used again.',
  async run(progress) {
    const goals: Goal[] = []
    const notes: Record<string, string> = {}
    const report = (name: string, seen: Seen): void => {
      notes[name] = describe(seen)
      progress(`${name}: ${describe(seen)}`)
    }
    // Two at a time are no load to speak of: 100 calls a second each.
    for (const pair of [
      ['killed', 'frozen'],
      ['black-holed', 'answering garbage'],
    ] as const) {
      const runs: Record<string, Seen[]> = {}
      for (let run = 0; run < RUNS; run++) {
        const seen = await Promise.all(pair.map((outage) => during(outage, 'pitwall', OUTAGE_MS + run * LONGER_MS)))
        for (const [index, outage] of pair.entries()) {
          const one = seen[index]
          if (one === undefined) continue
          report(`${outage}, run ${run + 1}`, one)
          ;(runs[outage] ??= []).push(one)
        }
      }
      for (const outage of pair) goals.push(...goalsOf(outage, runs[outage] ?? []))
    }
    const peers: Peer[] = []
    for (const outage of ['killed', 'frozen'] as const) {
      const seen = await Promise.all(PEERS.map(async (setup) => ({ setup, seen: await during(outage, setup) })))
      for (const { setup, seen: one } of seen) {
        report(`${setup}, ${outage}`, one)
        peers.push({ name: `${setup}, ${outage}: p99 in ms`, version: versionOf(packageOf[setup]), figure: one.p99Ms })
      }
    }
    return { goals, peers, notes }
  },
} satisfies Benchmark
