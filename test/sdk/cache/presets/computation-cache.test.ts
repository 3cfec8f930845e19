import { afterEach, describe, expect, expectTypeOf, it } from 'vitest'
import { getCache } from '../../../../sdk/src/cache/create-cache.ts'
import { setCacheDefaults } from '../../../../sdk/src/cache/options/options.ts'
import { ComputationCache } from '../../../../sdk/src/cache/presets/computation-cache.ts'
import { ManualClock } from '../../../support/clock.ts'

let serial = 0
const unique = (): string => `computations-${++serial}`

describe('ComputationCache', () => {
  it('computes once for the same arguments, and stays synchronous', () => {
    let calls = 0
    const computations = new ComputationCache({ name: unique() })
    const distance = computations.wrap(function distance(from: readonly number[], to: readonly number[]) {
      calls += 1
      return Math.hypot(...from.map((at, axis) => at - (to[axis] ?? 0)))
    })
    expect([distance([0, 0], [3, 4]), distance([0, 0], [3, 4]), distance([3, 4], [0, 0])]).toEqual([5, 5, 5])
    expectTypeOf(distance).returns.toEqualTypeOf<number>()
    expect(calls).toBe(2)
    expect(computations.stats()).toMatchObject({ hits: 1, misses: 2, entries: 2 })
  })

  it('computes once for all who wait', async () => {
    let calls = 0
    const computations = new ComputationCache({ name: unique() })
    const solve = computations.wrap(async (size: number) => (calls++, size ** 2))
    expect(await Promise.all([solve(3), solve(3), solve(3)])).toEqual([9, 9, 9])
    expect(calls).toBe(1)
  })

  it('keeps results for ever, whatever is set for other caches', () => {
    const clock = new ManualClock()
    setCacheDefaults({ ttl: '1s', onMutate: 'clone', clock })
    const result = {}
    const compute = new ComputationCache({ name: unique(), clock }).wrap(() => result)
    compute()
    clock.advance(1e12)
    expect(compute.peek()).toBe(result)
  })
  afterEach(() => setCacheDefaults({}))

  it('holds 10,000 results of all functions together unless told otherwise', () => {
    const computations = new ComputationCache({ name: unique() })
    const [double, negate] = [
      computations.wrap((n: number) => 2 * n, { name: 'double' }),
      computations.wrap((n: number) => -n, { name: '-' }),
    ]
    for (let n = 0; n < 6_000; n++) expect([double(n), negate(n)]).toEqual([2 * n, -n])
    expect(computations.stats().entries).toBe(10_000)
  })

  it('is bounded by bytes alone where it is told so', () => {
    const computations = new ComputationCache({ name: unique(), maxBytes: 100_000, sizeOf: () => 1 })
    const same = computations.wrap((n: number) => n)
    for (let n = 0; n < 12_000; n++) same(n)
    expect(computations.stats()).toMatchObject({ entries: 12_000, bytes: 12_000 })
  })

  it('does not keep what a function throws', () => {
    let calls = 0
    const fail = new ComputationCache({ name: unique() }).wrap(() => {
      calls += 1
      throw new RangeError('no')
    })
    expect(fail).toThrow(RangeError)
    expect(fail).toThrow(RangeError)
    expect(calls).toBe(2)
  })

  it('runs a recursive function with a cache at every step', () => {
    const computations = new ComputationCache({ name: unique() })
    const fibonacci = computations.wrap((n: number): number => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)))
    expect(fibonacci(70)).toBe(190_392_490_709_135)
    expect(computations.stats().loads).toBe(71)
  })

  it('is found by its name, forgets single results and all, and can be disposed of', async () => {
    await using computations = new ComputationCache({ name: unique() })
    const square = computations.wrap((n: number) => n * n)
    square(2)
    square(3)
    expect(getCache(computations.cache.name)).toBe(computations.cache)
    square.invalidate(2)
    expect([square.peek(2), square.peek(3)]).toEqual([undefined, 9])
    square.clear()
    expect([...computations.entries()]).toEqual([])
  })

  it.each([
    [{ name: '' }, "name must be a string of at least one character, got ''."],
    [{ ttl: '1h' }, /^an option of ComputationCache must be one of name, maxEntries, .*, got 'ttl'\.$/],
    [{ maxEntries: 0 }, 'maxEntries must be a whole number from 1 to 16777216, got 0.'],
  ])('says in one sentence what is wrong with %o', (options, sentence) => {
    expect(() => Reflect.construct(ComputationCache, [{ name: unique(), ...options }])).toThrow(sentence)
  })

  it('says in one sentence what is wrong with an option of a function', () => {
    const computations = new ComputationCache({ name: unique() })
    expect(() => Reflect.apply(computations.wrap, computations, [() => 1, { ttl: 1 }])).toThrow(
      "an option of wrap must be one of name, key, tags, got 'ttl'.",
    )
  })
})
