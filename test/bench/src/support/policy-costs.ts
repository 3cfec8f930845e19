import type { Eviction, EvictionPolicy } from '../../../../sdk/dist/cache/eviction/policy.js'
import { hashString } from '../../../../sdk/dist/sampling/hash.js'
import { median } from '../benchmark.ts'
import { generatedTraces } from './generator.ts'
import { bytesOf } from './memory.ts'
import type { Candidate } from './policies.ts'
import { numbered, type Requests } from './replay.ts'

const ROUNDS = 15
const WARM_UP_ROUNDS = 3
/** Sizes at which costs are measured: `auto` follows all keys in the first, every sixteenth in the second. */
const COST_SIZES = [1_000, 10_000] as const
const MEMORY_SIZES = [1_000, 10_000, 1_000_000] as const

/** Processor time of a request, as multiples of lru measured in turns: of hits, and of skewed requests of which many miss. */
export function costs(policies: readonly Candidate[], progress: (line: string) => void): Record<string, string> {
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
export async function memory(policies: readonly Candidate[]): Promise<Record<string, string>> {
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
