import { setTimeout as delay } from 'node:timers/promises'
import { LEASE_MS } from '../../../sdk/dist/cache/shared/ticket.js'
import { atMost, type Benchmark, type BenchmarkResult, type Goal, median, type Peer } from './benchmark.ts'
import { now } from './support/machine-clock.ts'
import { RedisServer } from './support/redis-server.ts'
import { packageOf, type Setup } from './support/shared-caches.ts'
import type { StampedeService } from './support/stampede-worker.ts'
import { versionOf } from './support/versions.ts'
import { Worker } from './support/worker.ts'

const CALLERS = 1_000
const LOAD_MS = 100
const ROUNDS = 15
const PEER_ROUNDS = 5
const PROCESSES = [1, 4, 8] as const
/** Enough time for every process to have heard of it. */
const NOTICE_MS = 30

const OURS: Setup = 'pitwall, distributed lock'
const PEERS: readonly Setup[] = [
  'bentocache L1+L2+bus',
  'cacheable L1+L2',
  'async-cache-dedupe',
  'layered-loader L1+L2',
  'cachified on Redis',
]

/** A leader that dies in the middle of a load. */
const KILLED = { processes: 4, loadMs: 800, afterMs: 400, rounds: 3 }

type Agent = Worker<StampedeService>
let serial = 0

async function agents(count: number, setup: Setup, url: string, loadMs: number): Promise<readonly Agent[]> {
  const started = Array.from({ length: count }, () => new Worker<StampedeService>('stampede-worker'))
  await Promise.all(started.map((agent) => agent.ask('open', setup, url, loadMs)))
  return started
}

const end = (processes: readonly Agent[]): Promise<unknown> => Promise.all(processes.map((agent) => agent.kill()))

/** One key that nobody has, asked for by all callers at once. */
function stampede(processes: readonly Agent[]) {
  const [key, at] = [`key ${++serial}`, now() + NOTICE_MS]
  return processes.map((agent) => agent.ask('stampede', key, CALLERS / processes.length, at))
}

/** Loads, errors, and milliseconds from the end of the load to the last answer, of each round. */
async function rounds(setup: Setup, url: string, count: number, processes: number) {
  const started = await agents(processes, setup, url, LOAD_MS)
  const results = []
  for (let round = 0; round < count; round++) {
    const seen = await Promise.all(stampede(started))
    const lastMs = Math.max(...seen.map(({ answeredAt }) => answeredAt)) - Math.max(...seen.map(({ loadedAt }) => loadedAt))
    results.push({ loads: sum(seen, ({ loads }) => loads), errors: sum(seen, ({ errors }) => errors), lastMs })
  }
  await end(started)
  return results
}

/** The process that loads is killed: loads, errors, and milliseconds from then to the last answer. */
async function killedLeader(url: string) {
  const started = await agents(KILLED.processes, OURS, url, KILLED.loadMs)
  const answers = stampede(started)
  const leader = await Promise.race(started.map((agent) => agent.ask('whenLoading').then(() => agent)))
  await delay(KILLED.afterMs)
  const killedAt = now()
  await leader.kill()
  const seen = (await Promise.allSettled(answers)).flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  await end(started)
  const lost = KILLED.processes - 1 - seen.length
  const loads = 1 + sum(seen, (one) => one.loads)
  const errors = sum(seen, (one) => one.errors) + lost * (CALLERS / KILLED.processes)
  return { loads, errors, lastMs: Math.max(...seen.map(({ answeredAt }) => answeredAt)) - killedAt }
}

async function runRounds(redis: RedisServer, progress: (line: string) => void): Promise<BenchmarkResult> {
  const goals: Goal[] = []
  const notes: Record<string, string | number> = {}
  let errors = 0
  for (const processes of PROCESSES) {
    const seen = await rounds(OURS, redis.url, ROUNDS, processes)
    const [loads, times] = [Math.max(...seen.map((round) => round.loads)), seen.map(({ lastMs }) => lastMs)]
    errors += sum(seen, (round) => round.errors)
    progress(`${processes} processes: at most ${loads} loads, last answer ${times.map((ms) => ms.toFixed(1)).join(', ')} ms after it`)
    const of = processes === 1 ? '1 process' : `${processes} processes`
    goals.push(atMost(1, 'loads', { id: `loads-${processes}`, what: `loads in ${of}, worst round`, figure: loads }))
    goals.push(atMost(10, 'ms', { id: `last-${processes}`, what: `last answer after the load, ${of}, median`, figure: median(times) }))
    notes[`last answer after the load, ${of}, worst round, ms`] = Math.max(...times)
  }
  goals.push(atMost(0, 'errors', { id: 'errors', what: 'callers without the value', figure: errors }))
  return { goals, peers: [], notes }
}

async function runKilled(redis: RedisServer, progress: (line: string) => void): Promise<readonly Goal[]> {
  const seen: Awaited<ReturnType<typeof killedLeader>>[] = []
  for (let round = 0; round < KILLED.rounds; round++) seen.push(await killedLeader(redis.url))
  progress(`killed leader: ${seen.map(({ loads, lastMs }) => `${loads} loads, ${lastMs.toFixed(0)} ms`).join('; ')}`)
  const [loads, lastMs] = [Math.max(...seen.map((round) => round.loads)), Math.max(...seen.map((round) => round.lastMs))]
  const limitMs = LEASE_MS + KILLED.loadMs + 100
  return [
    atMost(2, 'loads', { id: 'killed-loads', what: 'loads when the loading process is killed, worst round', figure: loads }),
    atMost(limitMs, 'ms', { id: 'killed-last', what: 'last answer after the kill, worst round', figure: lastMs }),
    atMost(0, 'errors', {
      id: 'killed-errors',
      what: 'callers without the value in the others',
      figure: sum(seen, ({ errors }) => errors),
    }),
  ]
}

async function runPeers(redis: RedisServer, progress: (line: string) => void): Promise<readonly Peer[]> {
  const peers: Peer[] = []
  for (const setup of PEERS) {
    const loads = (await rounds(setup, redis.url, PEER_ROUNDS, 4)).map((round) => round.loads)
    progress(`${setup}: ${loads.join(', ')} loads in 4 processes`)
    peers.push({ name: `${setup}, loads in 4 processes`, version: versionOf(packageOf[setup]), figure: median(loads) })
  }
  return peers
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0)
}

export default {
  what: 'Loads of one missing key that 1,000 callers in 1, 4 and 8 processes ask for, and how soon the last is answered; also when the loading process dies.',
  async run(progress) {
    const redis = await RedisServer.start()
    try {
      const { goals, notes } = await runRounds(redis, progress)
      const killed = await runKilled(redis, progress)
      return {
        goals: [...goals, ...killed],
        peers: await runPeers(redis, progress),
        notes: { redis: redis.version, rounds: ROUNDS, ...notes },
      }
    } finally {
      await redis.stop()
    }
  },
} satisfies Benchmark
