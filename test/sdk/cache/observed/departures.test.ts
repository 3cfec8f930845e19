import fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { describe, expect, it } from 'vitest'
import { LruObserver } from '../../../../sdk/src/cache/observed/lru-observer.ts'
import { observe } from '../../../../sdk/src/cache/observed/observe.ts'
import { cache as contract } from '../../../../sdk/src/contract/index.ts'
import { ManualClock } from '../../../support/clock.ts'
import { total } from '../../../support/collected.ts'

type Options = Pick<LRUCache.OptionsMaxLimit<string, number, unknown>, 'max'> & { readonly maxSize?: number; readonly ttl?: number }

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('set' as const), key, fc.integer({ min: 1, max: 5 })) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('get' as const), key, fc.constant(0)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('delete' as const), key, fc.constant(0)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('wait' as const), key, fc.integer({ min: 1, max: 30 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('has' as const), key, fc.constant(0)) },
)

/** Runs the steps on an observed cache: what lru-cache tells its own `dispose` and what was counted. */
function run(options: Options, steps: readonly (readonly ['set' | 'get' | 'delete' | 'wait' | 'has', string, number])[]) {
  const clock = new ManualClock()
  const disposed = { size: 0, expired: 0, invalidated: 0 }
  const cache = new LRUCache<string, number>({
    ...options,
    ...(options.maxSize !== undefined && { sizeCalculation: (size) => size }),
    perf: clock,
    ttlResolution: 0,
    noDisposeOnSet: true,
    dispose: (_value, _key, reason) => {
      disposed[reason === 'evict' ? 'size' : reason === 'expire' ? 'expired' : 'invalidated'] += 1
    },
  })
  const stop = observe(new LruObserver(clock))
  const counted = (reason: string) => total(contract.evictions, { 'pitwall.cache.eviction.reason': reason }) ?? 0
  try {
    for (const [what, name, number] of steps) {
      if (what === 'set') cache.set(name, number)
      else if (what === 'wait') clock.advance(number)
      else cache[what](name)
    }
    return { disposed, counted: { size: counted('size'), expired: counted('expired'), invalidated: counted('invalidated') } }
  } finally {
    stop()
  }
}

describe('Departures', () => {
  it.each<[string, Options]>([
    ['a number of entries', { max: 3 }],
    ['a single entry', { max: 1 }],
    ['a number of entries and a time to live', { max: 3, ttl: 20 }],
  ])('finds every entry that leaves a cache bounded by %s, with its reason', (_, options) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { disposed, counted } = run(options, steps)
        expect(counted).toEqual(disposed)
      }),
    )
  })

  it('finds every entry that leaves a cache bounded by size', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { disposed, counted } = run({ max: 100, maxSize: 9 }, steps)
        // One large entry that takes the place of all others looks like one that comes after a clear.
        expect(counted.expired).toBe(disposed.expired)
        expect(counted.size + counted.invalidated).toBe(disposed.size + disposed.invalidated)
        expect(counted.size).toBeLessThanOrEqual(disposed.size)
      }),
    )
  })
})
