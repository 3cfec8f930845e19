import { profiled } from '@pitwall/sdk'
import { type Benchmark, goal } from './benchmark.ts'

const ROUNDS = 40
const CALLS = 50_000

const mix = (one: number, other: number) => (one * 31 + other) | 0
const mixLater = async (one: number, other: number) => mix(one, other)
const profiledMix = profiled((one: number, other: number) => mix(one, other), { name: 'bench.mix' })
const profiledMixLater = profiled(async (one: number, other: number) => mix(one, other), { name: 'bench.mixLater' })

/** Rounds of calls, each in a loop of its own, so that each is compiled for itself; the sum keeps them from being left out. */
const rounds: Readonly<Record<'bare' | 'profiled' | 'clock' | 'bareLater' | 'profiledLater', () => number | Promise<number>>> = {
  bare: () => {
    let sum = 0
    for (let index = 0; index < CALLS; index++) sum = mix(sum, index)
    return sum
  },
  profiled: () => {
    let sum = 0
    for (let index = 0; index < CALLS; index++) sum = profiledMix(sum, index)
    return sum
  },
  clock: () => {
    let sum = 0
    for (let index = 0; index < CALLS; index++) sum += performance.now() - performance.now()
    return sum
  },
  bareLater: async () => {
    let sum = 0
    for (let index = 0; index < CALLS; index++) sum = await mixLater(sum, index)
    return sum
  },
  profiledLater: async () => {
    let sum = 0
    for (let index = 0; index < CALLS; index++) sum = await profiledMixLater(sum, index)
    return sum
  },
}

/** Nanoseconds of CPU a call: what neighbours on the machine do does not count. */
async function cpuTime(round: () => number | Promise<number>): Promise<number> {
  const before = process.cpuUsage()
  await round()
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1_000) / CALLS
}

export default {
  what: 'What a profiled call costs over the bare one, synchronous and awaited.',
  async run(progress) {
    // The fastest of interleaved rounds: whatever else disturbs a round only makes it slower.
    const fastest = { bare: Infinity, profiled: Infinity, clock: Infinity, bareLater: Infinity, profiledLater: Infinity }
    for (let count = 0; count < ROUNDS; count++) {
      fastest.bare = Math.min(fastest.bare, await cpuTime(rounds.bare))
      fastest.profiled = Math.min(fastest.profiled, await cpuTime(rounds.profiled))
      fastest.clock = Math.min(fastest.clock, await cpuTime(rounds.clock))
      fastest.bareLater = Math.min(fastest.bareLater, await cpuTime(rounds.bareLater))
      fastest.profiledLater = Math.min(fastest.profiledLater, await cpuTime(rounds.profiledLater))
    }
    progress(
      Object.entries(fastest)
        .map(([name, nanoseconds]) => `${name} ${nanoseconds.toFixed(0)} ns`)
        .join(', '),
    )
    const sync = { id: 'sync', what: 'a profiled call, over the bare one', figure: fastest.profiled - fastest.bare, limit: 120 }
    const awaited = {
      id: 'async',
      what: 'a profiled awaited call, over the bare one',
      figure: fastest.profiledLater - fastest.bareLater,
      limit: 170,
    }
    return {
      goals: [sync, awaited].map((measured) => goal({ ...measured, unit: 'ns', comparator: '<=' })),
      peers: [],
      notes: { 'floor: two looks at the clock, in ns': Math.round(fastest.clock) },
    }
  },
} satisfies Benchmark
