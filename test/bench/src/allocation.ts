import { atMost, type Benchmark, median } from './benchmark.ts'
import type { AllocationService } from './support/allocation-worker.ts'
import { Worker } from './support/worker.ts'

const ROUNDS = 5
const SECONDS = 4
/** Of 512 bytes each. */
const ARRAYS = 800_000
const KEPT = 40_000
const PAIRS = 30
const HEAP_MEBIBYTES = 60

/** Asks one process one question: what one measurement leaves in the engine is not to be in the next. */
async function alone<T>(ask: (worker: Worker<AllocationService>) => Promise<T>): Promise<T> {
  const worker = new Worker<AllocationService>('allocation-worker')
  try {
    return await ask(worker)
  } finally {
    await worker.kill()
  }
}

interface Told {
  readonly truth: number
  readonly told: number
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const quantile = (values: readonly number[], q: number) => values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? NaN
const errorOf = ({ truth, told }: Told) => 100 * Math.abs(told / truth - 1)
const whole = (functions: readonly Told[]): Told => ({
  truth: sum(functions.map((one) => one.truth)),
  told: sum(functions.map((one) => one.told)),
})

/** Largest difference between the share that a function had and the share that it is told to have, in points. */
function largestError(functions: readonly Told[]): number {
  const { truth, told } = whole(functions)
  return Math.max(...functions.map((one) => 100 * Math.abs(one.told / told - one.truth / truth)))
}

export default {
  what: 'the allocation profile: bytes by function, bytes that stay, cost, pause',
  async run(progress) {
    const rounds: Awaited<ReturnType<AllocationService['profile']>>[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const told = await alone((worker) => worker.ask('profile', SECONDS, ARRAYS, KEPT))
      rounds.push(told)
      progress(
        told.allocated.map((one) => `${one.name} ${(one.truth / 1e6).toFixed(0)} MB, told ${(one.told / 1e6).toFixed(0)}`).join('; '),
      )
    }
    progress(`${PAIRS} pairs with the sampler and without`)
    const { costs, gigabytesPerSecond } = await alone((worker) => worker.ask('overhead', PAIRS, ARRAYS))
    const pauses: number[] = []
    for (let round = 0; round < ROUNDS; round++) pauses.push((await alone((worker) => worker.ask('reading', HEAP_MEBIBYTES))).longest)
    const shares = rounds.map(({ allocated }) => largestError(allocated))
    const totals = rounds.map(({ allocated }) => errorOf(whole(allocated)))
    const kept = rounds.map((round) => errorOf(round.kept))
    return {
      goals: [
        atMost(2, 'points', {
          id: 'shares',
          what: `largest error of a function's share of what is allocated, median of ${ROUNDS} rounds of five functions`,
          figure: median(shares),
        }),
        atMost(5, '%', { id: 'total', what: 'error of all that they allocate, median', figure: median(totals) }),
        atMost(10, '%', { id: 'retained', what: 'error of what one function keeps among that, median', figure: median(kept) }),
        atMost(1, '%', {
          id: 'overhead',
          what: 'of a core, for each GB allocated a second, while it is sampled every 512 KiB; median',
          figure: median(costs) / 10,
        }),
        atMost(60, 'ms', {
          id: 'pause',
          what: `longest hold of the event loop by a reading of a heap of ${HEAP_MEBIBYTES} MiB of small objects, median`,
          figure: median(pauses),
        }),
      ],
      peers: [],
      notes: {
        'MB that are allocated, and kept': `${((ARRAYS * 512) / 1e6).toFixed(0)} and ${((KEPT * 512) / 1e6).toFixed(0)}`,
        'worst round of shares, points': Math.max(...shares),
        'worst round of the total, %': Math.max(...totals),
        'worst round of what is kept, %': Math.max(...kept),
        'GB allocated a second where the cost is measured': gigabytesPerSecond,
        'quartiles of the cost, ms for each GB': `${quantile(costs, 0.25).toFixed(1)} to ${quantile(costs, 0.75).toFixed(1)}`,
        'shortest and longest reading, ms': `${Math.min(...pauses).toFixed(0)} and ${Math.max(...pauses).toFixed(0)}`,
      },
    }
  },
} satisfies Benchmark
