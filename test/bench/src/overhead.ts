import { setTimeout as delay } from 'node:timers/promises'
import { atMost, type Benchmark, mean, median } from './benchmark.ts'
import { startFakeServices, text } from './support/fake-services.ts'
import type { OverheadAgent } from './support/overhead-agent.ts'
import { Worker } from './support/worker.ts'

/** Pairs of processes, one with the SDK and one without, which are under the same load at the same time: what else the machine does meets both. */
const PAIRS = 4
/** One minute, which is the default interval of export: every pair has one export of all metrics in it. */
const SLICES = 15
const SLICE_MS = 4_000
/**
 * Requests a second, each with two answers of the model, 50 to 500 ms each: 20 answers a second, which is a busy process of an agent.
 * At first more, until V8 has compiled what runs.
 */
const RATE = 10
const WARM_UP = { slices: 3, rate: 100 }
/** And so many, which is more than agents ask of models, for a part of the time. */
const HIGH = { slices: 5, rate: 25 }

interface Agent {
  readonly worker: Worker<OverheadAgent>
  readonly url: string
}

/** What one pair of processes took: CPU times as shares of a core, memory in bytes. */
interface Pair {
  readonly slices: readonly { readonly on: number; readonly off: number }[]
  readonly high: readonly { readonly on: number; readonly off: number }[]
  /** What each layer of the SDK took by its own account. */
  readonly layers: ReadonlyMap<string, number>
  readonly shed: readonly string[]
  /** Memory more with the SDK, when V8 has given back what it kept free: that only this process has, and all that is resident. */
  readonly privateBytes: number
  readonly residentBytes: number
}

async function startAgent(servicesUrl: string, on: boolean): Promise<Agent> {
  const worker = new Worker<OverheadAgent>('overhead-agent', [], ['--expose-gc'])
  return { worker, url: await worker.ask('start', servicesUrl, on) }
}

/** A conversation of about 6 KB. */
const messages = Array.from({ length: 10 }, (_, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content: text(100) }))

/** Requests at a fixed rate, whether answered or not, and the CPU time that the agent took for them, as share of a core. */
async function slice({ worker, url }: Agent, rate: number): Promise<number> {
  const before = await worker.ask('cpuMs')
  const answers: Promise<unknown>[] = []
  const started = performance.now()
  for (let at = started; at < started + SLICE_MS; at += 1_000 / rate) {
    await delay(Math.max(0, at - performance.now()))
    const body = JSON.stringify({ user: `customer-${answers.length % 50}`, messages })
    answers.push(fetch(url, { method: 'POST', body }).then((response) => response.text()))
  }
  await Promise.all(answers)
  return ((await worker.ask('cpuMs')) - before) / (performance.now() - started)
}

async function comparePair(servicesUrl: string): Promise<Pair> {
  const on = await startAgent(servicesUrl, true)
  const off = await startAgent(servicesUrl, false)
  const both = async (rate: number) => {
    const [withSdk, without] = await Promise.all([slice(on, rate), slice(off, rate)])
    return { on: withSdk, off: without }
  }
  try {
    for (let round = 0; round < WARM_UP.slices; round++) await both(WARM_UP.rate)
    const started = performance.now()
    const before = await on.worker.ask('layers')
    const slices = []
    for (let round = 0; round < SLICES; round++) slices.push(await both(RATE))
    const { spentMs, shed } = await on.worker.ask('layers')
    const elapsed = performance.now() - started
    const high = []
    for (let round = 0; round < HIGH.slices; round++) high.push(await both(HIGH.rate))
    const memory = { on: await on.worker.ask('memory'), off: await off.worker.ask('memory') }
    return {
      slices,
      high,
      layers: new Map(Object.entries(spentMs).map(([layer, ms]) => [layer, (ms - (before.spentMs[layer] ?? 0)) / elapsed])),
      shed,
      privateBytes: memory.on.private - memory.off.private,
      residentBytes: memory.on.resident - memory.off.resident,
    }
  } finally {
    await Promise.all([on.worker.kill(), off.worker.kill()])
  }
}

const percent = (share: number): number => Number((100 * share).toPrecision(3))
const mebibytes = (bytes: number): number => Number((bytes / 2 ** 20).toPrecision(3))

/** What each layer took, and what the governor made of it. */
function byOwnAccount(pairs: readonly Pair[]): Record<string, string | number> {
  const names = new Set(pairs.flatMap(({ layers }) => [...layers.keys()]))
  const shares = Array.from(names, (name) => [name, median(pairs.map(({ layers }) => layers.get(name) ?? 0))] as const)
  const shed = new Set(pairs.flatMap((pair) => pair.shed))
  return {
    ...Object.fromEntries(shares.map(([name, share]) => [`layer ${name}, % of a core by its own account`, percent(share)])),
    'all layers by their own account, % of a core': percent(shares.reduce((sum, [, share]) => sum + share, 0)),
    'stopped by the governor': shed.size === 0 ? 'nothing' : [...shed].join(', '),
  }
}

export default {
  what: 'What the whole SDK costs an agent that waits for a model: CPU and memory, with and without, and by layer.',
  async run(progress) {
    progress(
      `${PAIRS} pairs of processes, ${WARM_UP.slices} + ${SLICES} + ${HIGH.slices} slices of ${SLICE_MS / 1_000} s: about seven minutes`,
    )
    await using services = await startFakeServices()
    const pairs: Pair[] = []
    for (let pair = 0; pair < PAIRS; pair++) {
      const found = await comparePair(services.url)
      pairs.push(found)
      const differences = found.slices.map(({ on, off }) => percent(on - off))
      progress(`% of a core more with the SDK, slice by slice: ${differences.join(', ')}; ${mebibytes(found.privateBytes)} MiB more`)
    }
    const slices = pairs.flatMap((pair) => pair.slices)
    // Means over the minute: a median of slices would leave out what happens once, such as an export.
    const means = pairs.map((pair) => mean(pair.slices.map(({ on, off }) => on - off)))
    const held = median(pairs.map(({ privateBytes }) => mebibytes(privateBytes)))
    const memory = 'private memory with the SDK, over that without, after V8 gave back what it kept free'
    return {
      goals: [
        atMost(1, '% of a core', {
          id: 'cpu',
          what: `CPU time with the SDK, over that without, at ${RATE} requests a second`,
          figure: percent(median(means)),
        }),
        atMost(25, 'MiB', { id: 'memory', what: memory, figure: held }),
      ],
      peers: [],
      notes: {
        'CPU time by pair, % of a core': means.map(percent).join(', '),
        [`CPU time by pair with ${HIGH.rate} requests a second, % of a core`]: pairs
          .map((pair) => percent(mean(pair.high.map(({ on, off }) => on - off))))
          .join(', '),
        'the agent without the SDK, % of a core': percent(median(slices.map(({ off }) => off))),
        'resident memory more, with pages of Node.js itself that all processes share, MiB by pair': pairs
          .map((pair) => mebibytes(pair.residentBytes))
          .join(', '),
        ...byOwnAccount(pairs),
      },
    }
  },
} satisfies Benchmark
