import type { Eviction, EvictionPolicy } from '../../../sdk/dist/cache/eviction/policy.js'
import { hashString } from '../../../sdk/dist/sampling/hash.js'
import { type Benchmark, goal, median, type Peer } from './benchmark.ts'
import { generatedTraces } from './support/generator.ts'
import { bytesOf } from './support/memory.ts'
import { type Candidate, candidates } from './support/policies.ts'
import { numbered, type Requests } from './support/replay.ts'
import { POLICIES, readTraces, SIZES, type Trace } from './support/traces.ts'

/** In caches smaller than this, a handful of the requests of these traces decides. */
const MIN_ENTRIES = 50
const ROUNDS = 15
const WARM_UP_ROUNDS = 3
/** Sizes at which costs are measured: `auto` follows all keys in the first, every sixteenth in the second. */
const COST_SIZES = [1_000, 10_000] as const
const MEMORY_SIZES = [1_000, 10_000, 1_000_000] as const

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
  const sizes = trace.byPolicy.length > 0 ? trace.byPolicy.map(({ entries }) => entries) : SIZES
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

/** Processor time of a request, as multiples of lru measured in turns: of hits alone, and of skewed requests, most of which miss. */
function costs(policies: readonly Candidate[], progress: (line: string) => void): Record<string, string> {
  const [skewed] = generatedTraces()
  const lru = policies.find(({ name }) => name === 'lru')
  if (skewed === undefined || lru === undefined) return {}
  const notes: Record<string, string> = {}
  for (const entries of COST_SIZES) {
    const kinds = {
      hit: numbered(skewed.keys.map((key) => String(Number(key) % entries))),
      'skewed request': numbered(skewed.keys),
    }
    for (const [kind, requests] of Object.entries(kinds)) {
      for (const one of policies) {
        const what = `cost of a ${kind}, ${one.name}, ${entries} entries`
        notes[what] = cost(one, lru, requests, entries)
        progress(`${what}: ${notes[what]}`)
      }
    }
  }
  return notes
}

/** Nanoseconds a request, and how many times those of lru. */
function cost(one: Candidate, lru: Candidate, requests: Requests, entries: number): string {
  const rounds = Array.from({ length: WARM_UP_ROUNDS + ROUNDS }, () => {
    const base = nanoseconds(lru, requests, entries)
    return { base, own: nanoseconds(one, requests, entries) }
  }).slice(WARM_UP_ROUNDS)
  const multiple = median(rounds.map(({ own, base }) => own / base))
  return `${median(rounds.map(({ own }) => own)).toFixed(0)} ns, ${multiple.toFixed(1)} × lru`
}

function nanoseconds({ replay, policy }: Candidate, requests: Requests, entries: number): number {
  const before = process.cpuUsage()
  replay(requests, policy, entries)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1_000) / requests.keys.length
}

/** Memory of each policy in caches that were filled twice over. */
async function memory(policies: readonly Candidate[]): Promise<Record<string, string>> {
  const notes: Record<string, string> = {}
  for (const { name, policy } of policies) {
    const perEntry: string[] = []
    for (const entries of MEMORY_SIZES)
      perEntry.push(`${((await bytesOf(() => filled(policy, entries))) / entries).toFixed(0)} of ${entries}`)
    notes[`bytes an entry, ${name}`] = perEntry.join(', ')
  }
  return notes
}

function filled(policy: EvictionPolicy, entries: number): Eviction {
  const eviction = policy({ maxEntries: entries })
  for (let capacity = 64; capacity < 2 * entries; capacity *= 2) eviction.grow(Math.min(capacity, entries))
  for (let key = 0; key < 2 * entries; key++) {
    eviction.added(key < entries ? key : eviction.evict(), hashString(String(key)), Infinity)
  }
  return eviction
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
