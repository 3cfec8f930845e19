import { cached, metricProducer } from '@pitwall/sdk'
import { LRUCache } from 'lru-cache'
import { atMost, type Benchmark, median } from './benchmark.ts'
import { type Candidate, cpuTime, ENTRIES, KEYS, READS, shuffledReads } from './support/key-reads.ts'
import { memoryPeers } from './support/memory-peers.ts'
import type { TelemetryService } from './support/telemetry-worker.ts'
import { versionOf } from './support/versions.ts'
import { Worker } from './support/worker.ts'

const ROUNDS = 41
const WARM_UP_ROUNDS = 5
/** Most peers take many times as long. */
const PEER_ROUNDS = 15
/** Pairs of processes with and without telemetry: how code is compiled differs a little from process to process. */
const PAIRS = 9
const PAIR_ROUNDS = 60
/** Long enough for the code to have seen bursts and pauses of following keys, which an agent's has after a second. */
const PAIR_WARM_UP_ROUNDS = 30

/** Interleaved rounds of a candidate and `lru-cache.get`: the median of the ratios within each round. */
async function ratio(candidate: Candidate, base: Candidate, rounds: number = ROUNDS): Promise<number> {
  const ratios: number[] = []
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const baseNs = await cpuTime(base)
    const candidateNs = await cpuTime(candidate)
    if (round >= 0) ratios.push(candidateNs / baseNs)
  }
  return median(ratios)
}

/** What is measured of ours, and the floors, reading the keys in the given order. */
async function candidatesFor(order: readonly string[]) {
  const lru = new LRUCache<string, string>({ max: ENTRIES })
  const promises = new LRUCache<string, Promise<string>>({ max: ENTRIES })
  const options = { ttl: '1h', maxEntries: ENTRIES } as const
  const ask = cached(async (key: string) => key, { name: 'bench-hit', ...options })
  const askNow = cached((key: string) => key, { name: 'bench-hit-synchronous', ...options })
  for (const key of KEYS) {
    lru.set(key, key)
    promises.set(key, Promise.resolve(key))
    await Promise.all([ask(key), askNow(key)])
  }
  // A loop of its own for each: in one that they shared, calls could not be inlined, which no agent's code suffers from.
  return {
    base: () => {
      for (const key of order) if (lru.get(key) === undefined) throw new Error('a miss')
    },
    hit: async () => {
      for (const key of order) if ((await ask(key)) === undefined) throw new Error('a miss')
      // A reader collects, as one does every few seconds in an agent.
      await metricProducer.collect()
    },
    synchronous: () => {
      for (const key of order) if (askNow(key) === undefined) throw new Error('a miss')
    },
    peek: () => {
      for (const key of order) if (ask.peek(key) === undefined) throw new Error('a miss')
    },
    stored: async () => {
      for (const key of order) if ((await promises.get(key)) === undefined) throw new Error('a miss')
    },
  }
}

/** Percent by which counters and reuse tracking make a hit dearer: the median over pairs of processes that take turns. */
async function telemetryPercent(progress: (line: string) => void): Promise<number> {
  const percents: number[] = []
  for (let pair = 0; pair < PAIRS; pair++) {
    const [on, off] = ['on', 'off'].map((telemetry) => new Worker<TelemetryService>('telemetry-worker', [telemetry]))
    if (on === undefined || off === undefined) throw new Error('two processes')
    await Promise.all([on.ask('fill'), off.ask('fill')])
    // Sums, not medians of rounds: keys are followed in bursts, and what a burst costs counts.
    let [onNs, offNs] = [0, 0]
    for (let round = -PAIR_WARM_UP_ROUNDS; round < PAIR_ROUNDS; round++) {
      const [one, other] = [await off.ask('round'), await on.ask('round')]
      if (round < 0) continue
      offNs += one
      onNs += other
    }
    await Promise.all([on.kill(), off.kill()])
    percents.push((onNs / offNs - 1) * 100)
  }
  progress(`telemetry adds ${percents.map((percent) => percent.toFixed(1)).join(', ')} % in ${PAIRS} pairs of processes`)
  return median(percents)
}

export default {
  what: 'What a hit costs with time to live, telemetry and reuse tracking, as multiples of lru-cache.get, and what telemetry adds to it.',
  async run(progress) {
    const telemetry = await telemetryPercent(progress)
    const order = shuffledReads()
    const { base, hit, synchronous, peek, stored } = await candidatesFor(order)
    const measure = async (what: string, candidate: Candidate, rounds?: number): Promise<number> => {
      const figure = await ratio(candidate, base, rounds)
      progress(`${figure.toFixed(2)} × ${what}`)
      return figure
    }
    const goals = [
      atMost(3.5, '×', { id: 'hit', what: 'awaited hit', figure: await measure('awaited hit', hit) }),
      atMost(1.5, '×', { id: 'peek', what: 'peek', figure: await measure('peek', peek) }),
      atMost(10, '%', { id: 'telemetry', what: 'what telemetry adds to an awaited hit', figure: telemetry }),
    ]
    const notes = {
      'hit of a synchronous function': await measure('hit of a synchronous function', synchronous),
      'await of a promise kept in lru-cache: the floor': await measure('the floor', stored),
      'nanoseconds of lru-cache.get': await cpuTime(base),
    }
    const peers = []
    for (const { name, version, reads } of await memoryPeers(order))
      peers.push({ name, version, figure: await measure(name, reads, PEER_ROUNDS) })
    // Read in their own order, the keys are in the processor's caches when they are asked for, and await weighs more.
    const inOrder = await candidatesFor(Array.from({ length: READS }, (_, read) => KEYS[read % KEYS.length] ?? ''))
    return {
      goals,
      peers,
      notes: {
        'lru-cache': versionOf('lru-cache'),
        ...notes,
        'order of reads': 'random; in the order of the keys:',
        '  awaited hit': await ratio(inOrder.hit, inOrder.base),
        '  the floor': await ratio(inOrder.stored, inOrder.base),
      },
    }
  },
} satisfies Benchmark
