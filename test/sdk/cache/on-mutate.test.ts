import { describe, expect, it } from 'vitest'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../sdk/src/cache/create-cache.ts'

let serial = 0
const unique = (): string => `on-mutate-test-${++serial}`

interface City {
  name: string
  districts: { name: string }[]
}
const city = (): City => ({ name: 'Oslo', districts: [{ name: 'Frogner' }] })

describe('onMutate', () => {
  it('share: all callers have the same value', async () => {
    const ask = cached(async () => city(), { name: unique() })
    expect(await ask()).toBe(await ask())
  })

  it('freeze: nobody can change it, down to its last part', async () => {
    const ask = cached(async () => city(), { name: unique(), onMutate: 'freeze' })
    const value = await ask()
    expect(() => (value.name = 'Rome')).toThrow(TypeError)
    expect(() => value.districts.push({ name: 'Sagene' })).toThrow(TypeError)
    const [district] = value.districts
    if (district !== undefined) expect(() => (district.name = 'Sagene')).toThrow(TypeError)
    expect(await ask()).toEqual(city())
  })

  it('freeze: leaves what cannot be frozen as it is, and stands cycles and frozen shells', () => {
    const cycle: { self?: unknown; inner?: object; data: Uint8Array } = { data: new Uint8Array(2) }
    cycle.self = cycle
    cycle.inner = Object.freeze({ open: { x: 1 } })
    const value = cached(() => cycle, { name: unique(), onMutate: 'freeze' })()
    expect(Object.isFrozen(value)).toBe(true)
    expect(Object.isFrozen(Reflect.get(Object(value.inner), 'open'))).toBe(true)
  })

  it.each(['synchronous', 'asynchronous'] as const)(
    'clone: each caller of a %s function has its own, also who waited for the load',
    async (kind) => {
      const load = kind === 'synchronous' ? city : async () => city()
      const ask = cached(load as () => City | Promise<City>, { name: unique(), onMutate: 'clone' })
      const values = await Promise.all([ask(), ask(), ask()])
      for (const value of values) value.districts.push({ name: 'mine' })
      expect(await ask()).toEqual(city())
      expect(await ask.cache.peek('')).toBeUndefined()
    },
  )

  it('clone: holds for a cache by hand too', () => {
    const cache = createCache<City>({ name: unique(), onMutate: 'clone' })
    cache.set('a', city())
    cache.get('a')?.districts.push({ name: 'mine' })
    cache.peek('a')?.districts.push({ name: 'mine' })
    expect(cache.get('a')).toEqual(city())
  })
})
