import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { cached, metricProducer } from '@pitwall/sdk'
import { LRUCache } from 'lru-cache'
import { type Benchmark, goal, median } from './benchmark.ts'

/** 1,024 keys of 30 characters, all of them in every cache. */
const KEYS = Array.from({ length: 1_024 }, (_, index) => `agent-tool-call-${String(index).padStart(14, '0')}`)
const ENTRIES = 4_096
const READS = 100 * KEYS.length
const ROUNDS = 41
const WARM_UP_ROUNDS = 5

/** Reads that hit, over and over; resolves when it is done. */
type Candidate = () => Promise<void> | void

/** The keys in the order in which a round reads them. */
function shuffled(): string[] {
  // Multiplicative congruential generator (Park and Miller, 1988), so that every run reads in the same order.
  let state = 1
  return Array.from({ length: READS }, () => {
    state = (state * 48_271) % 2_147_483_647
    return KEYS[state % KEYS.length] ?? ''
  })
}

/** CPU time of one round, nanoseconds a read: what neighbours on the machine do does not count. */
async function cpuTime(candidate: Candidate): Promise<number> {
  const before = process.cpuUsage()
  await candidate()
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1_000) / READS
}

/** Interleaved rounds of a candidate and `lru-cache.get`: the median of the ratios within each round. */
async function ratio(candidate: Candidate, base: Candidate): Promise<number> {
  const ratios: number[] = []
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const baseNs = await cpuTime(base)
    const candidateNs = await cpuTime(candidate)
    if (round >= 0) ratios.push(candidateNs / baseNs)
  }
  return median(ratios)
}

/** Everything that is measured, reading the keys in the given order. */
async function candidatesFor(order: readonly string[]) {
  const lru = new LRUCache<string, string>({ max: ENTRIES })
  const promises = new LRUCache<string, Promise<string>>({ max: ENTRIES })
  const fetching = new LRUCache<string, string>({ max: ENTRIES, ttl: 3_600_000, fetchMethod: async (key) => key })
  const options = { ttl: '1h', maxEntries: ENTRIES } as const
  const ask = cached(async (key: string) => key, { name: 'bench-hit', ...options })
  const askNow = cached((key: string) => key, { name: 'bench-hit-synchronous', ...options })
  for (const key of KEYS) {
    lru.set(key, key)
    promises.set(key, Promise.resolve(key))
    await Promise.all([fetching.fetch(key), ask(key), askNow(key)])
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
    fetch: async () => {
      for (const key of order) if ((await fetching.fetch(key)) === undefined) throw new Error('a miss')
    },
  }
}

export default {
  what: 'what a hit costs with time to live, telemetry and reuse tracking, as multiples of lru-cache.get',
  async run(progress) {
    const { version }: { version: string } = JSON.parse(readFileSync(findPackageJSON('lru-cache', import.meta.url) ?? '', 'utf8'))
    const { base, hit, synchronous, peek, stored, fetch } = await candidatesFor(shuffled())
    const measure = async (what: string, candidate: Candidate): Promise<number> => {
      const figure = await ratio(candidate, base)
      progress(`${figure.toFixed(2)} × ${what}`)
      return figure
    }
    const goals = [
      goal({ id: 'hit', what: 'awaited hit', unit: '×', figure: await measure('awaited hit', hit), limit: 3.5, comparator: '<=' }),
      goal({ id: 'peek', what: 'peek', unit: '×', figure: await measure('peek', peek), limit: 1.5, comparator: '<=' }),
    ]
    const notes = {
      'hit of a synchronous function': await measure('hit of a synchronous function', synchronous),
      'nanoseconds of lru-cache.get': await cpuTime(base),
    }
    const peers = [
      { name: 'lru-cache fetch, no telemetry', version, figure: await measure('lru-cache fetch', fetch) },
      { name: 'await of a promise kept in lru-cache: the floor', version, figure: await measure('the floor', stored) },
    ]
    // Read in their own order, the keys are in the processor's caches when they are asked for, and await weighs more.
    const inOrder = await candidatesFor(Array.from({ length: READS }, (_, read) => KEYS[read % KEYS.length] ?? ''))
    return {
      goals,
      peers,
      notes: {
        ...notes,
        'order of reads': 'random; in the order of the keys:',
        '  awaited hit': await ratio(inOrder.hit, inOrder.base),
        '  the floor': await ratio(inOrder.stored, inOrder.base),
      },
    }
  },
} satisfies Benchmark
