import { diag, DiagLogLevel } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { type Reading, type Release, StorageRefusal } from '../../../../sdk/src/cache/shared/shared-storage.ts'
import { type Lookup, Tier } from '../../../../sdk/src/cache/shared/tier.ts'
import { ManualClock } from '../../../support/clock.ts'
import { eventually } from '../../../support/eventually.ts'
import { MapStorage, storedValue } from '../../../support/map-storage.ts'

const settings = { name: 'hotels', lock: 'local', l2: { timeoutMs: undefined, breaker: undefined }, isValid: undefined } as const

function open(own: Partial<ConstructorParameters<typeof Tier>[1]> = {}): { storage: MapStorage; clock: ManualClock; tier: Tier } {
  const storage = new MapStorage()
  const clock = new ManualClock()
  return { storage, clock, tier: new Tier(storage, { ...settings, clock, ...own }) }
}

const find = (tier: Tier, key: string): Promise<Lookup> => tier.find(key, 0, true)

describe('Tier', () => {
  const lines: string[] = []
  afterEach(() => {
    diag.disable()
    lines.length = 0
  })
  function listen(level: DiagLogLevel): void {
    const log = (line: string): void => void lines.push(line)
    diag.setLogger({ error: log, warn: log, info: log, debug() {}, verbose() {} }, level)
    lines.length = 0
  }

  it('tells found from absent, also for null', async () => {
    const { tier } = open()
    await tier.set('null', storedValue(null))
    expect(await find(tier, 'null')).toMatchObject({ type: 'found', found: { value: null } })
    expect(await find(tier, 'nothing')).toMatchObject({ type: 'absent', stale: undefined })
  })

  it('tells a stale value from a fresh one', async () => {
    const { tier } = open()
    await tier.set('a', { ...storedValue(1), freshMs: 50 })
    expect((await tier.find('a', 49, true)).type).toBe('found')
    expect(await tier.find('a', 50, true)).toMatchObject({ type: 'absent', stale: { value: 1 } })
  })

  it('does not store what a load brings when the key was invalidated meanwhile, and says so', async () => {
    const { storage, tier } = open()
    const lookup = await find(tier, 'a')
    await storage.delete('a', 0)
    let outdated = 0
    if (lookup.type === 'absent') lookup.ticket.store(storedValue('old'), () => outdated++)
    await tier.close()
    expect([outdated, storage.values.size]).toEqual([1, 0])
  })

  it('takes a value that does not pass for absent', async () => {
    const { tier } = open({ isValid: async (value) => value === 'good' })
    await tier.set('a', storedValue('bad'))
    await tier.set('b', storedValue('good'))
    expect([(await find(tier, 'a')).type, (await find(tier, 'b')).type]).toEqual(['absent', 'found'])
  })

  it.each(['down', 'frozen'] as const)('answers within the deadline while the storage is %s, and stops asking it', async (state) => {
    const { storage, tier } = open()
    storage.state = state
    for (let failure = 0; failure < 3; failure++) expect((await find(tier, 'a')).type).toBe('unreachable')
    expect(tier.degraded).toBe(true)
    const { asked } = storage
    for (let request = 0; request < 100; request++) expect((await find(tier, 'a')).type).toBe('bypassed')
    await tier.set('a', storedValue(1))
    expect(storage.asked).toBe(asked)
  })

  it('learns of an outage from the other caches on the same server', async () => {
    const { storage, clock, tier } = open()
    const other = new Tier(storage, { ...settings, clock, name: 'flights' })
    storage.state = 'down'
    for (let failure = 0; failure < 3; failure++) await find(tier, 'a')
    expect([other.degraded, (await find(other, 'a')).type]).toEqual([true, 'bypassed'])
  })

  it('asks again after half a second, and is back at the first answer', async () => {
    const { storage, clock, tier } = open()
    storage.state = 'down'
    for (let failure = 0; failure < 3; failure++) await find(tier, 'a')
    storage.state = 'up'
    clock.advance(500)
    expect((await find(tier, 'a')).type).toBe('absent')
    expect(tier.degraded).toBe(false)
  })

  it('says once that an outage began and once that it ended', async () => {
    listen(DiagLogLevel.INFO)
    const { storage, clock, tier } = open()
    storage.state = 'down'
    for (let request = 0; request < 50; request++) {
      await find(tier, 'a')
      clock.advance(100)
    }
    expect(lines).toEqual(["redis does not serve cache 'hotels' (connect ECONNREFUSED); it is bypassed until it answers again."])
    storage.state = 'up'
    clock.advance(500)
    await find(tier, 'a')
    expect(lines[1]).toBe("redis answers again for cache 'hotels'.")
    expect(lines).toHaveLength(2)
  })

  it('says once that a storage answers but stores nothing', async () => {
    listen(DiagLogLevel.WARN)
    const { storage, tier } = open()
    storage.write = () => Promise.reject(new Error('READONLY'))
    for (let request = 0; request < 20; request++) {
      const lookup = await find(tier, 'a')
      if (lookup.type === 'absent') lookup.ticket.store(storedValue(1), () => {})
    }
    await tier.close()
    expect(lines).toEqual(["redis stores nothing for cache 'hotels' (READONLY); every miss loads until it does."])
    expect(tier.degraded).toBe(false)
  })

  it('deletes afterwards what it could not delete during an outage, before anybody can read it', async () => {
    const { storage, tier } = open()
    await tier.set('a', storedValue('old'))
    storage.state = 'down'
    await tier.delete('a')
    storage.state = 'up'
    expect((await find(tier, 'a')).type).toBe('absent')
    expect(storage.values.has('a')).toBe(false)
  })

  it('stores afterwards what was set during an outage, with the time it was set', async () => {
    const { storage, clock, tier } = open()
    const ages: number[] = []
    const set = storage.set.bind(storage)
    storage.set = (key, value, agoMs) => {
      ages.push(agoMs)
      return set(key, value, agoMs)
    }
    await tier.set('a', storedValue('old'))
    storage.state = 'down'
    await tier.set('a', { ...storedValue('new'), freshMs: 1_000, servedMs: 1_000 })
    storage.state = 'up'
    clock.advance(400)
    expect(await find(tier, 'a')).toMatchObject({ type: 'found', found: { value: 'new', freshMs: 600 } })
    expect(ages.at(-1)).toBe(400)
  })

  it('makes the changes of an outage by itself when nobody asks', async () => {
    const { storage, clock, tier } = open()
    for (const key of ['a', 'b']) await tier.set(key, storedValue('old', ['tag']))
    storage.state = 'down'
    await tier.delete('a')
    await tier.deleteTag('tag')
    storage.state = 'up'
    clock.advance(500)
    await eventually('the changes to be made', () => storage.values.size === 0)
  })

  it('serves nothing that has a tag which could not be invalidated yet', async () => {
    const { storage, tier } = open()
    await tier.set('a', storedValue('old', ['tag']))
    const deleteTag = storage.deleteTag.bind(storage)
    storage.deleteTag = () => Promise.reject(new Error('NOPERM'))
    await tier.deleteTag('tag')
    expect((await find(tier, 'a')).type).toBe('absent')
    storage.deleteTag = deleteTag
    await tier.deleteTag('tag')
    expect(storage.values.size).toBe(0)
  })

  it('clears afterwards what it could not clear during an outage', async () => {
    const { storage, tier } = open()
    await tier.set('a', storedValue('old'))
    storage.state = 'down'
    await tier.clear()
    storage.state = 'up'
    expect((await find(tier, 'a')).type).toBe('absent')
    await tier.set('a', storedValue('new'))
    expect(await find(tier, 'a')).toMatchObject({ type: 'found', found: { value: 'new' } })
  })

  it('removes what a storage refuses to replace, so that the old value is not served', async () => {
    const { storage, tier } = open()
    await tier.set('a', storedValue('old'))
    storage.set = () => Promise.reject(new StorageRefusal('OOM'))
    await tier.set('a', storedValue('new'))
    expect((await find(tier, 'a')).type).toBe('absent')
    expect(tier.degraded).toBe(false)
  })

  it('makes nothing any more after it was closed', async () => {
    const { storage, clock, tier } = open()
    await tier.close()
    storage.state = 'down'
    await tier.delete('a')
    const { asked } = storage
    for (let second = 0; second < 5; second++) clock.advance(1_000)
    expect(storage.asked).toBe(asked)
  })

  it('does not wait for a storage that does not close', async () => {
    const { storage, tier } = open()
    storage.state = 'frozen'
    await expect(tier.close()).resolves.toBeUndefined()
  })
})

describe('Tier, with a lock for all processes', () => {
  /** A storage whose lock another process holds, until it is let go. */
  class LockedStorage extends MapStorage {
    readonly leases: number[] = []
    readonly released: Release[] = []
    release1: (release: Release) => void = () => {}
    lock: 'free' | 'taken' = 'taken'

    override async read(key: string, beyondMs?: number, leaseMs: number = 0): Promise<Reading> {
      this.leases.push(leaseMs)
      const reading = await super.read(key)
      if (reading.found !== undefined && reading.found.freshMs > (beyondMs ?? 0)) return reading
      if (this.lock === 'free') return { ...reading, holdsLock: true }
      return { ...reading, released: new Promise((resolve) => (this.release1 = resolve)) }
    }

    extend(_key: string, leaseMs: number): Promise<void> {
      this.leases.push(leaseMs)
      return Promise.resolve()
    }

    release(_key: string, outcome: Release): Promise<void> {
      this.released.push(outcome)
      return Promise.resolve()
    }
  }

  function locked(): { storage: LockedStorage; clock: ManualClock; tier: Tier } {
    const storage = new LockedStorage()
    const clock = new ManualClock()
    return { storage, clock, tier: new Tier(storage, { ...settings, lock: 'distributed', clock }) }
  }

  it.each([
    [
      { type: 'loaded', found: storedValue(1) },
      { type: 'loaded elsewhere', found: { value: 1 } },
    ],
    [
      { type: 'passed on', value: undefined },
      { type: 'passed on', value: undefined },
    ],
    [
      { type: 'failed', error: new Error('no') },
      { type: 'failed elsewhere', error: new Error('no') },
    ],
  ] satisfies [Release, object][])('takes %o from the process that loads', async (release, expected) => {
    const { storage, tier } = locked()
    const lookup = find(tier, 'a')
    await eventually('the wait to begin', () => {
      storage.release1(release)
      return storage.leases.length > 0
    })
    storage.release1(release)
    expect(await lookup).toMatchObject(expected)
  })

  it('loads itself when the other process has died', async () => {
    const { storage, tier } = locked()
    const lookup = find(tier, 'a')
    await eventually('the wait to begin', () => storage.leases.length > 0)
    storage.lock = 'free'
    storage.release1({ type: 'unknown' })
    expect((await lookup).type).toBe('absent')
  })

  it('says while it loads that it is alive, and what came of it', async () => {
    const { storage, clock, tier } = locked()
    storage.lock = 'free'
    const lookup = await find(tier, 'a')
    storage.leases.length = 0
    for (let third = 0; third < 5; third++) clock.advance(334)
    expect(storage.leases).toEqual([1_000, 1_000, 1_000, 1_000, 1_000])
    if (lookup.type === 'absent') lookup.ticket.release({ type: 'failed', error: 'no error at all' })
    await tier.close()
    clock.advance(10_000)
    expect(storage.leases).toHaveLength(5)
    expect(storage.released).toEqual([{ type: 'failed', error: new Error('no error at all') }])
  })

  it('lets go of a lock that it was given too late', async () => {
    const { storage, tier } = locked()
    storage.lock = 'free'
    const answered = Promise.withResolvers<void>()
    const read = storage.read.bind(storage)
    storage.read = async (...args) => {
      await answered.promise
      return read(...args)
    }
    expect((await find(tier, 'a')).type).toBe('unreachable')
    answered.resolve()
    await eventually('the lock to be let go of', () => storage.released.length > 0)
    expect(storage.released).toEqual([{ type: 'unknown' }])
  })

  it('asks for no lock where nothing is to be loaded, or all is to be loaded anew', async () => {
    const { storage, tier } = locked()
    storage.lock = 'free'
    await tier.find('a', 0, false)
    await tier.find('a', Number.POSITIVE_INFINITY, true)
    expect(storage.leases).toEqual([0, 0])
  })
})
