import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { runInThisContext } from 'node:vm'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuProfile, metricProducer, profiled } from '@pitwall/sdk'
import { cpuProfiles } from '@pitwall/sdk/contract'
import profiler from '@pitwall/sdk/profilers/cpu-profile'
import { serve } from './worker.ts'

/** Work of about so many units; it calls nothing, so that all of its time is its own. */
interface Burst {
  (units: number): number
}

const parse: Burst = (units) => {
  let sum = 0
  for (let index = 0; index < units * 1_000; index++) sum += Math.sqrt(index ^ 21)
  return sum
}
const rank: Burst = (units) => {
  let sum = 1
  for (let index = 0; index < units * 1_000; index++) sum = (sum * 31 + index) % 1_000_003
  return sum
}
const embed: Burst = (units) => {
  let sum = 0
  for (let index = 1; index < units * 1_000; index++) sum += 1 / (index * index)
  return sum
}
const render: Burst = (units) => {
  let sum = 0
  for (let index = 0; index < units * 1_000; index++) sum = (sum ^ (index << 3)) + (sum >>> 5)
  return sum
}
const plan: Burst = (units) => {
  let sum = 0.5
  for (let index = 0; index < units * 1_000; index++) sum = 3.7 * sum * (1 - sum)
  return sum
}

/** Milliseconds that each function takes of 100, by construction. */
const SHARES = { parse: 40, rank: 25, embed: 15, render: 12, plan: 8 } as const
type Name = keyof typeof SHARES
const bursts: Readonly<Record<Name, Burst>> = { parse, rank, embed, render, plan }
const names = Object.keys(SHARES).filter((name): name is Name => name in bursts)

/** What each function really took, milliseconds. */
const truth: Record<Name, number> = { parse: 0, rank: 0, embed: 0, render: 0, plan: 0 }
let kept = 0

function run(name: Name, units: number): void {
  const start = performance.now()
  kept += bursts[name](units)
  truth[name] += performance.now() - start
}

/** Units of a burst that take a millisecond on this machine now. */
function unitsPerMs(name: Name): number {
  run(name, 2_000)
  const start = performance.now()
  run(name, 10_000)
  return 10_000 / (performance.now() - start)
}

/** Two are synchronous, three wait between their bursts, and the bursts lie anywhere between the samples. */
async function work(milliseconds: number): Promise<void> {
  const perMs = Object.fromEntries(names.map((name) => [name, unitsPerMs(name)]))
  const units = (name: Name, share: number) => Math.round((perMs[name] ?? 0) * share * (0.5 + Math.random()))
  const turn = async (name: Name, share: number) => {
    run(name, units(name, share / 2))
    await delay(1)
    run(name, units(name, share / 2))
  }
  const turns = { embed: profiled(turn, { name: 'turn' }), render: turn, plan: turn }
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    run('parse', units('parse', 8))
    run('rank', units('rank', 5))
    await Promise.all([turns.embed('embed', 3), turns.render('render', 2.4), turns.plan('plan', 1.6)])
  }
}

/** Values of a metric of ours that is exported now, by one of its attributes. */
async function exported(metric: string, attribute: string): Promise<Map<string, number>> {
  const { resourceMetrics } = await metricProducer.collect()
  const data = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics).find(({ descriptor }) => descriptor.name === metric)
  const points = data?.dataPoints ?? []
  return new Map(points.map(({ attributes, value }) => [String(attributes[attribute]), typeof value === 'number' ? value : 0]))
}

/** Milliseconds of CPU of the whole process, its threads included. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

function cost(units: number): number {
  const before = cpuMs()
  for (const name of names) kept += bursts[name](units)
  return cpuMs() - before
}

/** Every measurement stands as often first, in the middle and last. */
const orders = [
  ['none', 'ours', 'bare'],
  ['bare', 'none', 'ours'],
  ['ours', 'bare', 'none'],
] as const

/** V8's profiler at the same rate, and nothing else. */
async function startBare(): Promise<() => void> {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.setSamplingInterval', { interval: 10_101 })
  session.post('Profiler.start')
  await delay(5)
  return () => session.disconnect()
}

/** The profiler begins in the next turn of the loop. */
async function started(): Promise<() => void> {
  const stop = profiler.start()
  await delay(5)
  return stop
}

const service = {
  /** Six seconds of work: what each function took, and what the counters say of it. */
  async shares() {
    const stop = await started()
    await work(6_000)
    const told = await exported(cpuProfiles.cpuTime.name, 'code.function.name')
    stop()
    return names.map((name) => ({ name, truth: truth[name], told: told.get(name) ?? 0 }))
  },

  /** CPU time of the same work, with each profiler over without one; in rounds whose order changes. */
  async overhead(rounds: number) {
    cost(20_000)
    const ratios: { readonly ours: number; readonly bare: number }[] = []
    const starts = { none: async () => () => {}, ours: started, bare: startBare }
    for (let round = 0; round < rounds; round++) {
      const measured = { none: 0, ours: 0, bare: 0 }
      for (const which of orders[round % orders.length] ?? []) {
        const stop = await starts[which]()
        // What the start throws away is compiled again first: the profiler starts once in the life of a process.
        cost(10_000)
        measured[which] = cost(100_000)
        stop()
      }
      ratios.push({ ours: measured.ours / measured.none, bare: measured.bare / measured.none })
    }
    return ratios
  },

  /** Milliseconds that the thread stands still when one window follows another: with so many functions loaded, and deep stacks. */
  async rotations(functions: number, rounds: number) {
    const source = Array.from({ length: functions }, (_, index) => `function f${index}(x) { return x + ${index} }; f${index}(1);`)
    runInThisContext(source.join('\n'), { filename: 'many.js' })
    const { ContinuousProfile } = await import(new URL('./profiles/continuous-profile.js', import.meta.resolve('@pitwall/sdk')).href)
    const profile = new ContinuousProfile({ now: () => performance.now(), after: () => () => {} })
    const start = performance.now()
    profile.begin()
    const startMs = performance.now() - start
    const recurse = (depth: number): number => (depth === 0 ? parse(300) : recurse(depth - 1) + 1)
    const pauses: number[] = []
    for (let round = 0; round < rounds; round++) {
      for (let step = 0; step < 100; step++) {
        kept += recurse(step % 40)
        await delay(2)
      }
      const before = performance.now()
      profile.rotate()
      pauses.push(performance.now() - before)
    }
    profile.end()
    return { startMs, pauses }
  },

  /** The TypeScript line where most time went, by the counters, and the line where it really goes. */
  async line() {
    const stop = await started()
    for (let round = 0; round < 300; round++) {
      kept += hot(20)
      await delay(1)
    }
    await exported(cpuProfiles.lineCpuTime.name, 'code.line.number')
    // The source map is read by a thread.
    await delay(500)
    const lines = await exported(cpuProfiles.lineCpuTime.name, 'code.line.number')
    stop()
    const text = readFileSync(new URL('../../src/support/cpu-profile-worker.ts', import.meta.url), 'utf8').split('\n')
    const [first] = [...lines].toSorted(([, one], [, other]) => other - one)
    const sum = [...lines.values()].reduce((total, seconds) => total + seconds, 0)
    const expected = text.findIndex((line) => line.endsWith('// the hot line of this file')) + 1
    return { found: Number(first?.[0]), expected, share: (first?.[1] ?? 0) / sum }
  },

  /** Two seconds of work, as pprof and as our own list of functions. */
  async profile() {
    const [profile] = await Promise.all([cpuProfile({ durationMs: 2_000 }), work(2_000)])
    return { pprof: Buffer.from(profile.pprof).toString('base64'), first: profile.functions[0]?.name, kept }
  },
}

interface Point {
  readonly x: number
  readonly y: number
}

function hot(points: number): number {
  const list: readonly Point[] = Array.from({ length: points }, (_, index) => ({ x: index, y: -index }))
  let sum = 0
  for (let round = 0; round < 20_000; round++) {
    for (const { x, y } of list) sum += Math.sqrt(x * x + y * y + round) / (1 + Math.sqrt(round + x)) // the hot line of this file
  }
  return sum
}

export type CpuProfileService = typeof service
serve(service)
