import { readFile } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { metricProducer, profiled } from '@pitwall/sdk'
import { cpuWait, sdk } from '@pitwall/sdk/contract'
import profiler from '@pitwall/sdk/profilers/cpu-wait'
import { atMost, type Benchmark, median } from './benchmark.ts'

const SECONDS = 60
/** Share of the time that the event loop is held, by function. */
const SHARES = { plan: 0.69, search: 0.2, parse: 0.11 }
const LOAD = 0.8
const SHORTEST_MS = 0.15
const LONGEST_MS = 10
const ROUNDS = 30
const REQUESTS = 6_000

type Name = keyof typeof SHARES
const names: readonly Name[] = ['plan', 'search', 'parse']

/** Milliseconds that each function has really held the event loop. */
const held = { plan: 0, search: 0, parse: 0 }

/** Holds the event loop, mostly for a short time, seldom for a long one. */
function burst(name: Name): void {
  const start = performance.now()
  const end = start + SHORTEST_MS * (LONGEST_MS / SHORTEST_MS) ** Math.random()
  let now = start
  while (now < end) now = performance.now()
  held[name] += now - start
}

/** Ways to run a burst later, as agents do. */
const ways: readonly ((work: () => void) => void)[] = [
  (work) => void Promise.resolve().then(work),
  (work) => void setTimeout(work, 1 + 5 * Math.random()),
  (work) => void setImmediate(work),
  (work) => process.nextTick(work),
  (work) => void readFile('/dev/null', work),
]

/** A call: it awaits, holds the loop itself or in a callback, and awaits again. */
function step(name: Name) {
  return profiled(
    async () => {
      for (const way of ways) {
        await new Promise<void>((resolve) => {
          way(() => {
            if (Math.random() < 0.5) burst(name)
            resolve()
          })
        })
        if (Math.random() < 0.5) burst(name)
      }
    },
    { name: `bench.${name}` },
  )
}

/** Calls one after the other, as many as give the function its share. */
async function paced(name: Name, start: number, end: number): Promise<void> {
  const call = step(name)
  while (performance.now() < end) {
    await call()
    const ahead = held[name] / (SHARES[name] * LOAD) - (performance.now() - start)
    if (ahead > 1) await delay(ahead)
  }
}

/** Seconds of a metric by the only attribute that it has. */
async function seconds(metric: { readonly name: string }): Promise<ReadonlyMap<unknown, number>> {
  const { resourceMetrics } = await metricProducer.collect()
  const found = new Map<unknown, number>()
  for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics))
    if (descriptor.name === metric.name)
      for (const { attributes, value } of dataPoints) if (typeof value === 'number') found.set(Object.values(attributes)[0], value)
  return found
}

const ownSeconds = async () => (await seconds(sdk.overheadTime)).get('cpu-wait') ?? 0

async function accuracy() {
  const stop = profiler.start()
  const start = performance.now()
  const end = start + SECONDS * 1_000
  const waits = profiled(() => delay(500), { name: 'bench.waits' })
  const never = profiled(() => JSON.stringify(Array.from({ length: 20_000 }, (_, index) => index)), { name: 'bench.never' })
  const others = async () => {
    while (performance.now() < end) {
      await waits()
      never()
    }
  }
  await Promise.all([others(), ...names.map((name) => paced(name, start, end))])
  const elapsedMs = performance.now() - start
  const cpu = await seconds(cpuWait.cpuTime)
  const wait = await seconds(cpuWait.waitTime)
  const ownMs = (await ownSeconds()) * 1_000
  stop()
  const told = names.map((name) => (cpu.get(`bench.${name}`) ?? 0) * 1_000)
  const truth = names.map((name) => held[name])
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const errors = names.map((_, index) => 100 * Math.abs((told[index] ?? 0) / sum(told) - (truth[index] ?? 0) / sum(truth)))
  const waiting = (name: string) => 100 * ((wait.get(name) ?? 0) / ((wait.get(name) ?? 0) + (cpu.get(name) ?? 0)))
  return {
    shareError: Math.max(...errors),
    totalError: 100 * Math.abs(sum(told) / sum(truth) - 1),
    cost: (100 * ownMs) / elapsedMs,
    waitsWaiting: waiting('bench.waits'),
    neverWaiting: waiting('bench.never'),
    truth: truth.map((milliseconds) => ((100 * milliseconds) / sum(truth)).toFixed(1)).join(' / '),
  }
}

const text = JSON.stringify(Array.from({ length: 300 }, (_, index) => ({ index, text: `message ${index}` })))
const turn = Promise.resolve()
const request = profiled(
  async () => {
    const parsed: unknown = JSON.parse(text)
    await turn
    const written = JSON.stringify(parsed)
    await turn
    return written.length
  },
  { name: 'bench.request' },
)

/** Milliseconds of CPU that a fixed load takes, about a second of it: several windows. */
async function load(): Promise<number> {
  const before = process.cpuUsage()
  for (let count = 0; count < REQUESTS; count++) {
    await Promise.all([request(), request(), request(), request()])
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** CPU with the profiler over CPU without, in pairs of rounds whose order changes. */
async function interleaved(progress: (line: string) => void) {
  const ratios: number[] = []
  let loadMs = 0
  for (let round = 0; round < ROUNDS; round++) {
    const measured = { on: 0, off: 0 }
    for (const state of round % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
      const stop = state === 'on' ? profiler.start() : () => {}
      measured[state] = await load()
      stop()
    }
    ratios.push(measured.on / measured.off)
    loadMs += measured.on
    progress(`round ${round + 1}: ${measured.on.toFixed(0)} ms with the profiler, ${measured.off.toFixed(0)} ms without`)
  }
  return { ratios: ratios.toSorted((one, other) => one - other), loadMs }
}

export default {
  what: 'How the time of asynchronous functions divides between the event loop and waiting, over 60 s, and what that costs.',
  async run(progress) {
    progress(`three functions of known shares, for ${SECONDS} s`)
    const { shareError, totalError, cost, waitsWaiting, neverWaiting, truth } = await accuracy()
    progress(`share error ${shareError.toFixed(2)} points, total ${totalError.toFixed(2)} %, cost ${cost.toFixed(3)} %`)
    await load()
    const ownBefore = await ownSeconds()
    const { ratios, loadMs } = await interleaved(progress)
    const ownMs = 1_000 * ((await ownSeconds()) - ownBefore)
    const at = (share: number) => (100 * ((ratios[Math.floor(share * (ratios.length - 1))] ?? NaN) - 1)).toFixed(1)
    return {
      goals: [
        atMost(1, 'points', { id: 'share', what: 'largest error of the shares of three functions', figure: shareError }),
        atMost(5, '%', { id: 'total', what: 'error of their total time on the event loop', figure: totalError }),
        atMost(0.3, '% of a core', { id: 'cost', what: 'what it cost by its own account', figure: cost }),
        atMost(1, '%', { id: 'never', what: 'waiting told of a function that never waits', figure: neverWaiting }),
        atMost(1, '%', { id: 'waits', what: 'time on the event loop told of a function that only waits', figure: 100 - waitsWaiting }),
      ],
      peers: [],
      notes: {
        'true shares, in %': truth,
        'CPU with over CPU without, interleaved: median less 1, in %': Number((100 * (median(ratios) - 1)).toFixed(2)),
        'the same by its own account, in %': Number(((100 * ownMs) / loadMs).toFixed(2)),
        'CPU with over CPU without, quartiles': `${at(0.25)} to ${at(0.75)}`,
      },
    }
  },
} satisfies Benchmark
