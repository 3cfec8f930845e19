import { type Benchmark, goal, type Peer, mean } from './benchmark.ts'
import { type Candidate, candidates } from './support/policies.ts'
import { costs, memory } from './support/policy-costs.ts'
import { numbered, type Requests } from './support/replay.ts'
import { POLICIES, readTraces, type Trace } from './support/traces.ts'

/** In caches smaller than this, a handful of the requests of these traces decides. */
const MIN_ENTRIES = 50

export default {
  what: 'Hit ratio of each eviction policy against lru and the optimum, for every trace at up to 13 sizes, and what a policy costs.',
  async run(progress) {
    const policies = await candidates()
    const { source, traces } = readTraces()
    const points: Point[] = []
    for (const trace of traces) {
      const found = pointsOf(trace, policies)
      points.push(...found)
      progress(`${trace.name}: ${summary(found)}`)
    }
    const compared = points.filter((point) => !point.isSmall && !point.isPerfect)
    const gains = compared.map((point) => gain(point))
    const small = points.filter((point) => point.isSmall)
    const perfect = points.filter((point) => point.isPerfect && !point.isSmall)
    const goals = [
      goal({
        id: 'mean',
        what: 'hit ratio of auto above that of lru, mean',
        unit: 'points',
        figure: mean(gains),
        limit: 4,
        comparator: '>=',
      }),
      goal({ id: 'worst', what: 'the same at its worst', unit: 'points', figure: Math.min(...gains), limit: -1.5, comparator: '>=' }),
    ]
    return {
      goals,
      peers: peersOf(compared),
      notes: {
        traces: source,
        'hit ratios compared': compared.length,
        [`skipped, fewer than ${MIN_ENTRIES} entries`]: withWorst(small),
        'skipped, lru is as good as can be': withWorst(perfect),
        'best policy of each point above lru, mean': `${mean(compared.map(bestGain)).toFixed(2)} points`,
        ...costs(policies, progress),
        ...(await memory(policies)),
      },
    }
  },
} satisfies Benchmark

/** Hit ratios in percent at one size of one trace. */
interface Point {
  readonly entries: number
  readonly ratios: ReadonlyMap<string, number>
  readonly isSmall: boolean
  readonly isPerfect: boolean
}

function pointsOf(trace: Trace, policies: readonly Candidate[]): Point[] {
  const requests = numbered(trace.keys)
  const sizes = trace.byPolicy.length > 0 ? trace.byPolicy.map(({ entries }) => entries) : [...trace.bySize.keys()]
  return sizes.map((entries) => {
    const ratios = new Map([...truthAt(trace, entries), ...policies.map((one) => [one.name, percentOf(one, requests, entries)] as const)])
    const opt = ratios.get('truth: opt')
    return { entries, ratios, isSmall: entries < MIN_ENTRIES, isPerfect: opt !== undefined && opt - at(ratios, 'lru') < 1e-6 }
  })
}

function percentOf({ replay, policy }: Candidate, requests: Requests, entries: number): number {
  return (replay(requests, policy, entries) / requests.keys.length) * 100
}

function truthAt(trace: Trace, entries: number): [string, number][] {
  const truth = trace.byPolicy.find((ratios) => ratios.entries === entries)
  return truth === undefined ? [] : POLICIES.map((policy) => [`truth: ${policy}`, truth[policy] * 100])
}

function at(ratios: ReadonlyMap<string, number>, name: string): number {
  return ratios.get(name) ?? NaN
}

function gain({ ratios }: Point): number {
  return at(ratios, 'auto') - at(ratios, 'lru')
}

/** What the best of the policies would have gained, which is known only afterwards. */
function bestGain({ ratios }: Point): number {
  const own = [...ratios].filter(([name]) => !name.startsWith('truth: ') && name !== 'auto')
  return Math.max(...own.map(([, ratio]) => ratio)) - at(ratios, 'lru')
}

function summary(points: readonly Point[]): string {
  const compared = points.filter((point) => !point.isSmall && !point.isPerfect)
  if (compared.length === 0) return 'lru is as good as can be at every size'
  const gains = compared.map((point) => gain(point))
  return `auto ${mean(gains).toFixed(2)} points above lru at ${gains.length} sizes, at worst ${Math.min(...gains).toFixed(2)}`
}

function withWorst(points: readonly Point[]): string {
  return points.length === 0
    ? 'none'
    : `${points.length}; auto above lru there, at worst: ${Math.min(...points.map((point) => gain(point))).toFixed(2)} points`
}

/** Mean hit ratio in percent of everything that is known at all points. */
function peersOf(points: readonly Point[]): Peer[] {
  const names = [...(points[0]?.ratios.keys() ?? [])]
  return names.map((name) => ({
    name: `${name.replace('truth: ', '')}, mean hit ratio, %`,
    version: name.startsWith('truth: ') ? '(exact simulation by others)' : '(ours)',
    figure: mean(points.map(({ ratios }) => at(ratios, name))),
  }))
}
