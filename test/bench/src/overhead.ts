import { setTimeout as delay } from 'node:timers/promises'
import { atMost, type Benchmark, median } from './benchmark.ts'
import { startFakeServices, text } from './support/fake-services.ts'
import type { OverheadAgent } from './support/overhead-agent.ts'
import { Worker } from './support/worker.ts'

/** Pairs of processes, one with the SDK and one without, and how often each of them is under load, in turn. */
const PAIRS = 3
const SLICES = 6
const SLICE_MS = 4_000
/** Requests a second, each with two answers of the model, 50 to 500 ms each. */
const RATE = 25

interface Agent {
  readonly worker: Worker<OverheadAgent>
  readonly url: string
}

async function startAgent(servicesUrl: string, on: boolean): Promise<Agent> {
  const worker = new Worker<OverheadAgent>('overhead-agent', [], ['--expose-gc'])
  return { worker, url: await worker.ask('start', servicesUrl, on) }
}

/** A conversation of about 6 KB. */
const messages = Array.from({ length: 10 }, (_, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content: text(100) }))

/** Requests at a fixed rate, whether answered or not, and the CPU time (ms) that the agent took for them. */
async function slice({ worker, url }: Agent): Promise<number> {
  const before = await worker.ask('cpuMs')
  const answers: Promise<unknown>[] = []
  const end = performance.now() + SLICE_MS
  for (let at = performance.now(); at < end; at += 1_000 / RATE) {
    await delay(Math.max(0, at - performance.now()))
    const body = JSON.stringify({ user: `customer-${answers.length % 50}`, messages })
    answers.push(fetch(url, { method: 'POST', body }).then((response) => response.text()))
  }
  await Promise.all(answers)
  return (await worker.ask('cpuMs')) - before
}

/** What one pair of processes took: CPU as share of a core, by slice; memory at the end, in bytes. */
async function comparePair(servicesUrl: string) {
  const on = await startAgent(servicesUrl, true)
  const off = await startAgent(servicesUrl, false)
  try {
    // What is compiled and loaded in the first seconds is the start.
    for (const agent of [on, off]) await slice(agent)
    const started = performance.now()
    const { spentMs: before } = await on.worker.ask('layers')
    const shares: { on: number; off: number }[] = []
    for (let round = 0; round < SLICES; round++) {
      const spent = { on: 0, off: 0 }
      for (const side of round % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const))
        spent[side] = await slice(side === 'on' ? on : off)
      shares.push({ on: spent.on / SLICE_MS, off: spent.off / SLICE_MS })
    }
    const { spentMs, shed } = await on.worker.ask('layers')
    const elapsed = performance.now() - started
    const layers = Object.entries(spentMs).map(([layer, ms]) => [layer, (ms - (before[layer] ?? 0)) / elapsed] as const)
    return { shares, layers, shed, bytes: (await on.worker.ask('memory')) - (await off.worker.ask('memory')) }
  } finally {
    await Promise.all([on.worker.kill(), off.worker.kill()])
  }
}

const percent = (share: number): number => Number((100 * share).toPrecision(3))

export default {
  what: 'What the whole SDK costs an agent that waits for a model: CPU and memory, with and without, and by layer.',
  async run(progress) {
    progress(
      `${PAIRS} pairs of processes, ${SLICES} slices of ${SLICE_MS / 1_000} s each in turn: ${Math.round((PAIRS * (SLICES + 1) * 2 * (SLICE_MS + 700)) / 1_000)} s`,
    )
    await using services = await startFakeServices()
    const pairs = []
    for (let pair = 0; pair < PAIRS; pair++) {
      const found = await comparePair(services.url)
      pairs.push(found)
      const differences = found.shares.map(({ on, off }) => percent(on - off))
      progress(`% of a core more with the SDK, slice by slice: ${differences.join(', ')}; ${Math.round(found.bytes / 2 ** 20)} MiB more`)
    }
    const shares = pairs.flatMap((pair) => pair.shares)
    const differences = shares.map(({ on, off }) => 100 * (on - off))
    const sorted = differences.toSorted((a, b) => a - b)
    const quartile = (part: number) => Number((sorted[Math.floor(part * (sorted.length - 1))] ?? NaN).toPrecision(3))
    const layers = [...new Set(pairs.flatMap((pair) => pair.layers.map(([layer]) => layer)))].map((layer) => {
      const of = pairs.map((pair) => pair.layers.find(([name]) => name === layer)?.[1] ?? 0)
      return [`layer ${layer}, % of a core by its own account`, percent(median(of))] as const
    })
    const shed = [...new Set(pairs.flatMap((pair) => pair.shed))]
    return {
      goals: [
        atMost(1, '% of a core', { id: 'cpu', what: 'CPU time with the SDK, over the same load without', figure: median(differences) }),
        atMost(25, 'MiB', {
          id: 'memory',
          what: 'resident memory with the SDK, over the same without',
          figure: median(pairs.map(({ bytes }) => bytes / 2 ** 20)),
        }),
      ],
      peers: [],
      notes: {
        'quartiles of the difference, % of a core': `${quartile(0.25)} to ${quartile(0.75)}`,
        'the agent without the SDK, % of a core': percent(median(shares.map(({ off }) => off))),
        ...Object.fromEntries(layers),
        'stopped by the governor': shed.length === 0 ? 'nothing' : shed.join(', '),
      },
    }
  },
} satisfies Benchmark
