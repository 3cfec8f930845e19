import { reuse } from '@pitwall/sdk/contract'
import { estimate } from '../../../collector-processor/dist/prediction/estimate.js'
import { HIT_RATIO_FLOOR } from '../../../collector-processor/dist/prediction/cache-saving.js'
import { hashString } from '../../../sdk/dist/sampling/hash.js'
import { ReuseTracker } from '../../../sdk/dist/sampling/reuse-tracker.js'
import { atMost, type Benchmark, type BenchmarkResult, goal, median } from './benchmark.ts'
import { readTraces, type Trace } from './support/traces.ts'

const WINDOWS = 12
const BLOCKS = 12
const ENTRIES = [100, 300, 1_000, 3_000]
const SECONDS = [60, 600, 3_600]
/** Fewer requests in a window than the optimizer asks for. */
const MIN_REQUESTS = 100

/** Requests of each block, and those of them that a cache would have served, by its limit. */
interface Counted {
  readonly requests: readonly number[]
  readonly served: ReadonlyMap<string, readonly number[]>
}

/** Feeds a trace to a tracker, and reads it at the end of every block. */
function counted({ name, keys, times }: Trace): Counted {
  let now = 0
  const tracker = new ReuseTracker({ subject: name, kind: 'cache', clock: { now: () => now } })
  const totals: Map<string, number>[] = []
  const [start = 0, end = 0] = [times[0], times.at(-1)]
  let index = 0
  for (let block = 1; block <= WINDOWS * BLOCKS; block++) {
    const until = block === WINDOWS * BLOCKS ? Infinity : start + ((end - start) * block) / (WINDOWS * BLOCKS)
    for (; index < keys.length && (times[index] ?? 0) < until; index++) {
      now = times[index] ?? now
      const hash = hashString(keys[index] ?? '')
      if (tracker.wants(hash)) tracker.record(hash)
      else tracker.skip()
    }
    totals.push(read(tracker))
  }
  const growth = (key: string) => totals.map((total, block) => (total.get(key) ?? 0) - (totals[block - 1]?.get(key) ?? 0))
  const limits = [...ENTRIES.map((entries) => `${entries} entries`), ...SECONDS.map((seconds) => `${seconds} s`)]
  return { requests: growth('requests'), served: new Map(limits.map((limit) => [limit, growth(limit)])) }
}

function read(tracker: ReuseTracker): Map<string, number> {
  const found = new Map<string, number>()
  tracker.collect({
    number() {},
    histogram({ name, buckets }, _attributes, { counts, count }) {
      found.set('requests', count)
      const [limits, unit] = name === reuse.distance.name ? [ENTRIES, 'entries'] : [SECONDS, 's']
      for (const limit of limits) {
        const bucket = buckets.findIndex((edge) => edge >= limit)
        found.set(
          `${limit} ${unit}`,
          Array.from(counts)
            .slice(0, bucket + 1)
            .reduce((sum, value) => sum + value, 0),
        )
      }
    },
  })
  return found
}

/** What the optimizer would say of the next window at the end of each, against what came. */
function forecasts({ requests, served }: Counted): { readonly inside: boolean; readonly half: number }[] {
  return [...served.values()].flatMap((amounts) =>
    Array.from({ length: WINDOWS - 1 }, (_, window) => (window + 1) * BLOCKS).flatMap((end) => {
      const [before, next] = [requests.slice(0, end), requests.slice(end, end + BLOCKS)]
      if (sum(before.slice(-BLOCKS)) < MIN_REQUESTS || sum(next) < MIN_REQUESTS) return []
      const found = estimate({ amounts: amounts.slice(0, end), requests: before, windowBlocks: BLOCKS, floor: HIT_RATIO_FLOOR })
      if (found === undefined) return []
      const actual = sum(amounts.slice(end, end + BLOCKS)) / sum(next)
      return [{ inside: actual >= found.lower && actual <= found.upper, half: (found.upper - found.lower) / 2 }]
    }),
  )
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

export default {
  what: 'Whether the hit ratio of the next window lies in the interval that is predicted for it: traces, sizes and times to live.',
  async run(progress): Promise<BenchmarkResult> {
    const { source, traces } = readTraces()
    const all: { inside: boolean; half: number }[] = []
    for (const trace of traces) {
      const found = forecasts(counted(trace))
      all.push(...found)
      const inside = found.filter((one) => one.inside).length
      progress(`${trace.name}: ${inside} of ${found.length} inside`)
    }
    const covered = Number(((100 * all.filter(({ inside }) => inside).length) / all.length).toPrecision(4))
    const what = 'next windows whose hit ratio lies in its interval'
    return {
      goals: [
        goal({ id: 'covered', what, unit: '%', figure: covered, limit: 92, comparator: '>=' }),
        atMost(97, '%', { id: 'not-too-wide', what, figure: covered }),
      ],
      peers: [],
      notes: {
        traces: source,
        forecasts: all.length,
        'half width, points: median': 100 * median(all.map(({ half }) => half)),
        'half width, points: mean': (100 * sum(all.map(({ half }) => half))) / all.length,
      },
    }
  },
} satisfies Benchmark
