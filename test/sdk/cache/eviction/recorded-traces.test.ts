import { describe, expect, it } from 'vitest'
import { fifo } from '../../../../sdk/src/cache/eviction/fifo.ts'
import { lru } from '../../../../sdk/src/cache/eviction/lru.ts'
import type { EvictionPolicy } from '../../../../sdk/src/cache/eviction/policy.ts'
import { s3fifo } from '../../../../sdk/src/cache/eviction/s3fifo.ts'
import { tinylfu } from '../../../../sdk/src/cache/eviction/tinylfu.ts'
import { type HitRatios, readTraces, type Trace } from '../../../bench/src/support/traces.ts'
import { hitRatio } from '../../../support/simulated-cache.ts'
import { ReferenceList, type ReferencePolicy } from './reference.ts'
import { ReferenceS3Fifo } from './reference-s3fifo.ts'
import { ReferenceTinyLfu } from './reference-tinylfu.ts'

/** The benchmark `eviction` has longer traces too. */
const MAX_REQUESTS = 140_000
/** In smaller caches of these few requests, details of an implementation decide more than the policy. */
const MIN_ENTRIES = 50

const { source, traces: found } = readTraces(MAX_REQUESTS)
const traces = [...found]
const isRecorded = source === 'recorded'

interface Compared {
  readonly policy: () => EvictionPolicy
  /** The hit ratios of others that it has to have. */
  readonly truth: (ratios: HitRatios) => number
  /** By how many points the hit ratio may differ at any size, and on average over a trace. */
  readonly tolerance: { readonly each: number; readonly mean: number }
  readonly reference: (maxEntries: number) => ReferencePolicy
}

const compared: Readonly<Record<string, Compared>> = {
  lru: { policy: lru, truth: (ratios) => ratios.lru, tolerance: { each: 0.001, mean: 0.001 }, reference: () => new ReferenceList(true) },
  fifo: {
    policy: fifo,
    truth: (ratios) => ratios.fifo,
    tolerance: { each: 0.001, mean: 0.001 },
    reference: () => new ReferenceList(false),
  },
  // Here a key that left is remembered by its hash for so many departures, there until as many remembered keys have gone.
  s3fifo: { policy: s3fifo, truth: (ratios) => ratios.s3fifo, tolerance: { each: 3, mean: 0.5 }, reference: () => new ReferenceS3Fifo() },
  // Here counts fade gradually and half of them stand in fewer counters; there all are halved at once.
  tinylfu: {
    policy: tinylfu,
    truth: (ratios) => ratios.wtinylfu,
    tolerance: { each: 6, mean: 3 },
    reference: (maxEntries) => new ReferenceTinyLfu(maxEntries),
  },
}

describe.runIf(isRecorded).each(Object.entries(compared))('%s on recorded traces', (_name, { policy, truth, tolerance }) => {
  it('hits as often as others found that it does', () => {
    expect(traces.length).toBeGreaterThan(0)
    for (const { name, keys, byPolicy } of traces) {
      const sizes = byPolicy.filter(({ entries }) => entries >= MIN_ENTRIES)
      const errors = sizes.map((ratios) => Math.abs(hitRatio(policy(), ratios.entries, keys) - truth(ratios)) * 100)
      expect(Math.max(...errors), `${name}, any size`).toBeLessThan(tolerance.each)
      expect(errors.reduce((sum, error) => sum + error, 0) / errors.length, `${name}, mean`).toBeLessThan(tolerance.mean)
    }
  })
})

describe.skipIf(isRecorded).each(Object.entries(compared))(`%s on traces that are ${source}`, (_name, { policy, reference }) => {
  it('hits exactly as often as its reference model', () => {
    for (const trace of traces) {
      for (const entries of [50, 200]) {
        const keys = trace.keys.slice(0, 5_000)
        expect(hitRatio(policy(), entries, keys, { firstCapacity: entries }), trace.name).toBe(
          referenceHitRatio(reference(entries), entries, keys),
        )
      }
    }
  })
})

function referenceHitRatio(reference: ReferencePolicy, maxEntries: number, keys: Trace['keys']): number {
  const held = new Set<string>()
  let hits = 0
  for (const key of keys) {
    if (held.has(key)) {
      hits += 1
      reference.used(key)
      continue
    }
    if (held.size >= maxEntries) held.delete(reference.evict() ?? '')
    held.add(key)
    reference.added(key, Infinity)
  }
  return hits / keys.length
}
