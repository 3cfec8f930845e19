import { diag, DiagLogLevel } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import type { SharedStorage, SharedValue } from '../../../sdk/src/cache/backends/backend.ts'
import { Tier } from '../../../sdk/src/cache/tier.ts'
import { ManualClock } from '../../support/clock.ts'

/** A storage in one of three states; `asked` counts its calls. */
class Storage implements SharedStorage {
  readonly tier = 'redis'
  readonly deadlineMs = 5
  state: 'up' | 'down' | 'frozen' = 'up'
  asked = 0
  readonly values = new Map<string, unknown>()

  get(key: string): Promise<SharedValue | undefined> {
    return this.#answer(() => (this.values.has(key) ? { value: this.values.get(key), ttlMs: undefined } : undefined))
  }
  set(key: string, value: unknown): Promise<void> {
    return this.#answer(() => void this.values.set(key, value))
  }
  delete(key: string): Promise<void> {
    return this.#answer(() => void this.values.delete(key))
  }
  clear(): Promise<void> {
    return this.#answer(() => this.values.clear())
  }
  close(): Promise<void> {
    return this.#answer(() => {})
  }

  #answer<T>(action: () => T): Promise<T> {
    this.asked++
    if (this.state === 'down') return Promise.reject(new Error('connect ECONNREFUSED'))
    return this.state === 'up' ? Promise.resolve(action()) : new Promise(() => {})
  }
}

function open(): { storage: Storage; clock: ManualClock; tier: Tier } {
  const storage = new Storage()
  const clock = new ManualClock()
  return { storage, clock, tier: new Tier(storage, 'hotels', clock) }
}

describe('Tier', () => {
  const lines: string[] = []
  afterEach(() => {
    diag.disable()
    lines.length = 0
  })

  it('tells found from absent, also for null', async () => {
    const { tier } = open()
    await tier.set('null', null, undefined)
    expect(await tier.get('null')).toMatchObject({ type: 'found', found: { value: null } })
    expect(await tier.get('nothing')).toMatchObject({ type: 'absent' })
  })

  it.each(['down', 'frozen'] as const)('answers within the deadline while the storage is %s, and stops asking it', async (state) => {
    const { storage, tier } = open()
    storage.state = state
    for (let failure = 0; failure < 3; failure++) expect((await tier.get('a')).type).toBe('failed')
    expect(tier.degraded).toBe(true)
    const { asked } = storage
    for (let request = 0; request < 100; request++) expect((await tier.get('a')).type).toBe('bypassed')
    await tier.set('a', 1, undefined)
    expect(storage.asked).toBe(asked)
  })

  it('asks again after half a second, and is back at the first answer', async () => {
    const { storage, clock, tier } = open()
    storage.state = 'down'
    for (let failure = 0; failure < 3; failure++) await tier.get('a')
    storage.state = 'up'
    clock.advance(500)
    expect((await tier.get('a')).type).toBe('absent')
    expect(tier.degraded).toBe(false)
  })

  it('says once that an outage began and once that it ended', async () => {
    const log = (line: string): void => void lines.push(line)
    diag.setLogger({ error: log, warn: log, info: log, debug() {}, verbose() {} }, DiagLogLevel.INFO)
    lines.length = 0
    const { storage, clock, tier } = open()
    storage.state = 'down'
    for (let request = 0; request < 50; request++) {
      await tier.get('a')
      clock.advance(100)
    }
    expect(lines).toEqual(["redis does not serve cache 'hotels' (connect ECONNREFUSED); it is bypassed until it answers again."])
    storage.state = 'up'
    clock.advance(500)
    await tier.get('a')
    expect(lines[1]).toBe("redis answers again for cache 'hotels'.")
    expect(lines).toHaveLength(2)
  })

  it('says once that a storage answers but stores nothing', async () => {
    const log = (line: string): void => void lines.push(line)
    diag.setLogger({ error: log, warn: log, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
    lines.length = 0
    const { storage, tier } = open()
    storage.set = () => Promise.reject(new Error('READONLY'))
    for (let request = 0; request < 20; request++) {
      await tier.get('a')
      await tier.set('a', 1, undefined)
    }
    expect(lines).toEqual(["redis stores nothing for cache 'hotels' (READONLY); every miss loads until it does."])
    expect(tier.degraded).toBe(false)
  })

  it('deletes afterwards what it could not delete during an outage, before anybody can read it', async () => {
    const { storage, tier } = open()
    await tier.set('a', 'old', undefined)
    storage.state = 'down'
    await tier.delete('a')
    storage.state = 'up'
    expect((await tier.get('a')).type).toBe('absent')
    expect(storage.values.has('a')).toBe(false)
  })

  it('clears afterwards what it could not clear during an outage', async () => {
    const { storage, tier } = open()
    await tier.set('a', 'old', undefined)
    storage.state = 'down'
    await tier.clear()
    storage.state = 'up'
    expect((await tier.get('a')).type).toBe('absent')
    await tier.set('a', 'new', undefined)
    expect(await tier.get('a')).toMatchObject({ type: 'found', found: { value: 'new' } })
  })

  it('does not ask a storage that refuses to clear at every request, says so once, and serves nothing that is outdated', async () => {
    const log = (line: string): void => void lines.push(line)
    diag.setLogger({ error: log, warn: log, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN)
    lines.length = 0
    const { storage, clock, tier } = open()
    await tier.set('a', 'old', undefined)
    let asked = 0
    const clear = storage.clear.bind(storage)
    storage.clear = () => (asked++, Promise.reject(new Error('NOPERM')))
    await tier.clear()
    for (let request = 0; request < 50; request++) expect((await tier.get('a')).type).toBe('absent')
    expect(asked).toBe(3)
    expect(lines).toEqual(["redis cannot clear cache 'hotels' (NOPERM); its entries count as absent until it can."])
    storage.clear = clear
    clock.advance(500)
    await tier.get('a')
    await tier.set('a', 'new', undefined)
    expect(await tier.get('a')).toMatchObject({ type: 'found', found: { value: 'new' } })
  })

  it('does not wait for a storage that does not close', async () => {
    const { storage, tier } = open()
    storage.state = 'frozen'
    await expect(tier.close()).resolves.toBeUndefined()
  })
})
