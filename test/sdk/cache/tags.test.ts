import { describe, expect, it } from 'vitest'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../sdk/src/cache/create-cache.ts'
import { loadContext } from '../../../sdk/src/cache/loading/single-flight.ts'
import { controlledLoad } from '../../support/controlled-load.ts'

let serial = 0
const unique = (): string => `tags-test-${++serial}`

describe('tags', () => {
  it('invalidate all entries that have one, and no others', () => {
    const cache = createCache<number>({ name: unique() })
    cache.set('oslo', 1, { tags: ['city', 'norway'] })
    cache.set('rome', 2, { tags: ['city', 'italy'] })
    cache.set('etna', 3, { tags: ['italy'] })
    cache.set('plain', 4)
    cache.invalidateTag('city')
    expect(['oslo', 'rome', 'etna', 'plain'].map((key) => cache.peek(key))).toEqual([undefined, undefined, 3, 4])
    expect(cache.stats().evictions.invalidated).toBe(2)
  })

  it('follow from the arguments', () => {
    const ask = cached((user: string, page: number) => `${user} ${page}`, { name: unique(), tags: (user) => [user] })
    for (const user of ['ann', 'bob']) for (const page of [1, 2]) ask(user, page)
    ask.invalidateTag('ann')
    expect([ask.peek('ann', 1), ask.peek('ann', 2), ask.peek('bob', 1)]).toEqual([undefined, undefined, 'bob 1'])
  })

  it('reach a load that is running, also one that will only turn out to have the tag', async () => {
    const { load, waiting } = controlledLoad<string>()
    const tagged = cached(
      async (key: string) => {
        const value = await load(key)
        loadContext()?.setOptions({ tags: ['late'] })
        return value
      },
      { name: unique(), tags: ['early'] },
    )
    for (const tag of ['early', 'late']) {
      const before = tagged('a')
      tagged.invalidateTag(tag)
      const after = tagged('a')
      waiting.at(-2)?.resolve('outdated')
      expect(await before).toBe('outdated')
      expect(tagged.peek('a')).toBeUndefined()
      waiting.at(-1)?.resolve('current')
      expect(await after).toBe('current')
      expect(tagged.peek('a')).toBe('current')
      tagged.clear()
    }
  })

  it('do not keep loads of other tags from being stored', async () => {
    const { load, waiting } = controlledLoad<string>()
    const ask = cached(load, { name: unique(), tags: ['mine'] })
    const answer = ask('a')
    ask.invalidateTag('other')
    waiting[0]?.resolve('value')
    await answer
    expect(ask.peek('a')).toBe('value')
  })

  it('go with the entry, and are replaced with its value', () => {
    const cache = createCache<number>({ name: unique(), maxEntries: 2 })
    cache.set('a', 1, { tags: ['old'] })
    cache.set('a', 2, { tags: ['new'] })
    cache.invalidateTag('old')
    expect(cache.peek('a')).toBe(2)
    for (const key of ['b', 'c']) cache.set(key, 3)
    cache.set('d', 4)
    cache.invalidateTag('new')
    expect(cache.stats().evictions.invalidated).toBe(0)
  })
})
