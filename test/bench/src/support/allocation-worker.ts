import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { allocationProfile } from '@pitwall/sdk'
import { allocationProfiler } from '@pitwall/sdk/profilers/allocation'
import { serve } from './worker.ts'

/** What is copied: 58 numbers of 8 bytes, the header of their storage with 16, and the array itself with 32. */
const numbers: readonly number[] = Array.from({ length: 58 }, (_, index) => index)
const ARRAY_BYTES = 512

/** Makes so many arrays; each is garbage before the next one is made. After the `await` V8 cannot make it a part of its caller. */
interface Burst {
  (arrays: number): Promise<number>
}

let sink: readonly number[] = []
const parse: Burst = async (arrays) => {
  await undefined
  for (let index = 0; index < arrays; index++) sink = numbers.slice()
  return sink.length
}
const rank: Burst = async (arrays) => {
  await undefined
  for (let index = 0; index < arrays; index++) sink = numbers.slice()
  return sink.length
}
const embed: Burst = async (arrays) => {
  await undefined
  for (let index = 0; index < arrays; index++) sink = numbers.slice()
  return sink.length
}
const render: Burst = async (arrays) => {
  await undefined
  for (let index = 0; index < arrays; index++) sink = numbers.slice()
  return sink.length
}
const plan: Burst = async (arrays) => {
  await undefined
  for (let index = 0; index < arrays; index++) sink = numbers.slice()
  return sink.length
}

/** Arrays that each function makes of 100, by construction. */
const SHARES = { parse: 40, rank: 25, embed: 15, render: 12, plan: 8 } as const
type Name = keyof typeof SHARES
const bursts: Readonly<Record<Name, Burst>> = { parse, rank, embed, render, plan }
const names = Object.keys(SHARES).filter((name): name is Name => name in bursts)

const history: (readonly number[])[] = []
const remember: Burst = async (arrays) => {
  await undefined
  for (let index = 0; index < arrays; index++) history.push(numbers.slice())
  return history.length
}

/** Allocates so many arrays in the shares above, and lets timers run in between. */
async function work(arrays: number): Promise<void> {
  for (let round = 0; round < 100; round++) {
    for (const name of names) await bursts[name](Math.round((arrays * SHARES[name]) / 10_000))
    await turn()
  }
}

/** Milliseconds of CPU of the whole process, its threads included. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const service = {
  /** A profile of so many seconds, in whose halves so many arrays are made and, in the second, some are kept: the truth, and what is told. */
  async profile(seconds: number, arrays: number, keptArrays: number) {
    const half = seconds * 500
    const taken = allocationProfile({ durationMs: seconds * 1_000 })
    const began = performance.now()
    await delay(50)
    await work(arrays)
    const workMs = performance.now() - began
    if (workMs > half) throw new Error(`the work took ${workMs.toFixed(0)} ms, and was to be done in ${half}: take a longer profile.`)
    // Well behind the turn, which collects all garbage.
    await delay(half - workMs + 300)
    await remember(keptArrays)
    await work(arrays)
    const { functions, allocatedBytes } = await taken
    const told = (name: string) => functions.find((one) => one.name === name)
    const kept = { truth: keptArrays * ARRAY_BYTES, told: told('remember')?.retainedBytes ?? 0 }
    history.length = 0
    return {
      allocated: names.map((name) => ({
        name,
        truth: (arrays * ARRAY_BYTES * SHARES[name]) / 100,
        told: told(name)?.allocatedBytes ?? 0,
      })),
      allocatedBytes,
      kept,
    }
  },

  /** CPU milliseconds for each GB allocated, sampled as it is all the time less not sampled; in pairs whose order changes. */
  async overhead(pairs: number, arrays: number) {
    await work(arrays)
    const gigabytes = (arrays * ARRAY_BYTES) / 1e9
    const costs: number[] = []
    const began = performance.now()
    for (let pair = 0; pair < pairs; pair++) {
      const measured: Record<string, number> = {}
      for (const on of pair % 2 === 0 ? [true, false] : [false, true]) {
        const stop = on ? allocationProfiler({ allocatedMs: 1e9, retainedMs: 1e9 }).start() : () => {}
        const before = cpuMs()
        await work(arrays)
        measured[String(on)] = cpuMs() - before
        stop()
      }
      costs.push(((measured['true'] ?? 0) - (measured['false'] ?? 0)) / gigabytes)
    }
    return { costs, gigabytesPerSecond: (2 * pairs * gigabytes * 1_000) / (performance.now() - began) }
  },

  /** Milliseconds that a reading holds up the thread, by a heap of so many MiB of small objects. */
  async reading(mebibytes: number) {
    const heap: object[] = []
    while (process.memoryUsage().heapUsed < mebibytes * 2 ** 20) {
      for (let index = 0; index < 5_000; index++) heap.push({ index, words: [index, index] })
    }
    const stop = allocationProfiler({ allocatedMs: 300, retainedMs: 1e9, maxHeapBytes: Infinity }).start()
    let [last, longest] = [performance.now(), 0]
    const end = last + 600
    while (performance.now() < end) {
      await turn()
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
    }
    stop()
    return { longest, objects: heap.length }
  },
}

export type AllocationService = typeof service
serve(service)
