import { describe, expect, it } from 'vitest'
import type { SharedStorage } from '../../../../sdk/src/cache/shared/shared-storage.ts'
import { Tier } from '../../../../sdk/src/cache/shared/tier.ts'
import { ManualClock } from '../../../support/clock.ts'
import { quiet } from '../../../support/controlled-load.ts'
import { MapStorage, storedValue } from '../../../support/map-storage.ts'

const settings = { name: 'hotels', lock: 'local', l2: { timeoutMs: undefined, breaker: undefined }, isValid: undefined } as const

/** A storage of two servers: one has the keys that begin with `a`, the other all others and what is about many keys. */
class TwoServers extends MapStorage implements SharedStorage {
  readonly #places = { a: {}, other: {} }
  /** Whether the server of `a` answers. */
  aIsUp = true

  serverOf(key: string | undefined): object {
    return key?.startsWith('a') === true ? this.#places.a : this.#places.other
  }

  servers(): Iterable<object> {
    return Object.values(this.#places)
  }

  override read(...args: Parameters<MapStorage['read']>): ReturnType<MapStorage['read']> {
    return this.#reach(args[0], () => super.read(...args))
  }

  override delete(...args: Parameters<MapStorage['delete']>): Promise<void> {
    return this.#reach(args[0], () => super.delete(...args))
  }

  #reach<T>(key: string, action: () => Promise<T>): Promise<T> {
    return key.startsWith('a') && !this.aIsUp ? Promise.reject(new Error('connect ECONNREFUSED')) : action()
  }
}

function open(own: Partial<ConstructorParameters<typeof Tier>[1]> = {}): { storage: TwoServers; clock: ManualClock; tier: Tier } {
  const storage = new TwoServers()
  const clock = new ManualClock()
  return { storage, clock, tier: new Tier(storage, { ...settings, clock, ...own }) }
}

describe.each([
  ['breakers that caches share', undefined],
  ['breakers of its own', { failures: 3, openMs: 500 }],
])('a storage of several servers, with %s', (_what, breaker) => {
  const l2 = { timeoutMs: undefined, breaker }

  it('is not bypassed where one of them fails, but for what that one has', async () => {
    const { storage, tier } = open({ l2 })
    await tier.set('b', storedValue(1))
    storage.aIsUp = false
    for (let failure = 0; failure < 3; failure++) {
      expect((await tier.find('a', 0, true)).type).toBe('unreachable')
      expect((await tier.find('b', 0, true)).type).toBe('found')
    }
    for (let request = 0; request < 10; request++) {
      expect((await tier.find('a', 0, true)).type).toBe('bypassed')
      expect((await tier.find('b', 0, true)).type).toBe('found')
    }
  })

  it('is degraded while one of them is bypassed, and not any more when that answers', async () => {
    const { storage, clock, tier } = open({ l2 })
    storage.aIsUp = false
    for (let failure = 0; failure < 3; failure++) await tier.find('a', 0, true)
    await tier.find('b', 0, true)
    expect(tier.degraded).toBe(true)
    storage.aIsUp = true
    clock.advance(500)
    await tier.find('a', 0, true)
    expect(tier.degraded).toBe(false)
  })

  it('gets the changes that the others can take, however many are owed to the one that fails', async () => {
    const { storage, clock, tier } = open({ l2 })
    await tier.set('b', storedValue(1))
    storage.aIsUp = false
    for (let key = 0; key < 200; key++) await tier.delete(`a ${key}`)
    storage.state = 'down'
    await tier.delete('b')
    storage.state = 'up'
    clock.advance(500)
    for (let turn = 0; turn < 20; turn++) await quiet()
    expect(storage.values.has('b')).toBe(false)
  })
})
