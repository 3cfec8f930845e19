import { describe, expect, it } from 'vitest'
import type { SharedBackend } from '../../../../sdk/src/cache/backends/backend.ts'
import { hybrid } from '../../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../../sdk/src/cache/backends/memory.ts'
import { redis } from '../../../../sdk/src/cache/backends/redis.ts'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { loadContext } from '../../../../sdk/src/cache/loading/single-flight.ts'
import { WireFormat } from '../../../../sdk/src/cache/shared/wire-format.ts'
import { cache as contract, cacheCosts } from '../../../../sdk/src/contract/index.ts'
import { total } from '../../../support/collected.ts'
import { controlledLoad, quiet } from '../../../support/controlled-load.ts'
import { eventually } from '../../../support/eventually.ts'
import { useRedis } from '../../../support/redis.ts'

let serial = 0
const unique = (): string => `redis-storage-test-${++serial}`

/** A source of values that a test changes. */
class Source {
  version = 1
  loads = 0
  readonly load = async (key: string): Promise<string> => {
    this.loads += 1
    return `${key} ${this.version}`
  }
}

describe('processes that share a Redis', () => {
  const server = useRedis()
  /** Each has connections of its own, as processes have. */
  const back = (): SharedBackend => redis({ url: server().url, timeout: '2s' })
  const front = (): SharedBackend => hybrid({ front: memory(), back: back() })

  type Ask = ReturnType<typeof process>
  function process(name: string, source: Source, options: { readonly tags?: readonly string[] } = {}) {
    return cached(source.load, { name, backend: front(), ...options })
  }

  /** Resolves when a process answers a key from its own memory. */
  async function inMemory(ask: Ask, key: string): Promise<void> {
    const hit = { 'pitwall.cache.name': ask.cache.name, 'pitwall.cache.tier': 'memory', 'pitwall.cache.result': 'hit' }
    const hits = (): number => total(contract.requests, hit) ?? 0
    await eventually('a hit in memory', async () => {
      const before = hits()
      await ask(key)
      return hits() > before
    })
  }

  const close = (...asks: { cache: { close(): Promise<void> } }[]): Promise<unknown> => Promise.all(asks.map(({ cache }) => cache.close()))

  describe('hear of what others change', () => {
    it.each([
      ['an invalidation', (ask: Ask) => ask.invalidate('a')],
      ['an invalidated tag', (ask: Ask) => ask.invalidateTag('city')],
      ['a clear', (ask: Ask) => ask.clear()],
    ])('%s: the memory of every process forgets, at once', async (_what, change) => {
      const [name, source] = [unique(), new Source()]
      const [one, other] = [1, 2].map(() => process(name, source, { tags: ['city'] }))
      if (one === undefined || other === undefined) throw new Error('two processes')
      await Promise.all([inMemory(one, 'a'), inMemory(other, 'a')])
      source.version = 2
      await change(one)
      expect(await one('a')).toBe('a 2')
      await eventually('the other process to forget', async () => (await other('a')) === 'a 2')
      await close(one, other)
    })

    it('a value that was set replaces that of every process', async () => {
      const [name, source] = [unique(), new Source()]
      const [one, other] = [process(name, source), process(name, source)]
      await Promise.all([inMemory(one, 'a'), inMemory(other, 'a')])
      await one.set(['a'], 'by hand')
      await eventually('the other process to have it', async () => (await other('a')) === 'by hand')
      expect(source.loads).toBeLessThanOrEqual(2)
      await close(one, other)
    })

    it('other keys and other caches keep what they have', async () => {
      const [name, source] = [unique(), new Source()]
      const [one, other, stranger] = [process(name, source), process(name, source), process(unique(), source)]
      for (const ask of [other, stranger]) for (const key of ['a', 'b']) await inMemory(ask, key)
      source.version = 2
      await one.invalidate('a')
      await eventually('the other process to forget', async () => (await other('a')) === 'a 2')
      expect(await Promise.all([other.peek('b'), stranger.peek('a')])).toEqual(['b 1', 'a 1'])
      await close(one, other, stranger)
    })

    it('not even while the connection is lost a stale value is read', async () => {
      const [name, source] = [unique(), new Source()]
      const [one, other] = [process(name, source), process(name, source)]
      await Promise.all([inMemory(one, 'a'), inMemory(other, 'a')])
      for (let round = 0; round < 10; round++) {
        await server().ask((client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))
        source.version += 1
        await one.invalidate('a')
        // The other process learns of the lost connection when its loop turns.
        await quiet()
        expect(await other('a')).toBe(`a ${source.version}`)
        expect(await one('a')).toBe(`a ${source.version}`)
      }
      await inMemory(other, 'a')
      await close(one, other)
    })
  })

  describe('tell of loads that another process made at the same time', () => {
    const duplicates = (name: string): number | undefined => total(cacheCosts.duplicateLoads, { 'pitwall.cache.name': name })

    it('once, of two loads of one key', async () => {
      const name = unique()
      const loads = [controlledLoad<string>(), controlledLoad<string>()]
      const asks = loads.map(({ load }) => cached((key: string) => load(key), { name, backend: back() }))
      const answers = asks.map((ask) => ask('a'))
      await eventually('both loads to begin', () => loads.every(({ waiting }) => waiting.length === 1))
      for (const [index, ask] of asks.entries()) {
        loads[index]?.waiting[0]?.resolve('value')
        await answers[index]
        await ask.cache.close()
      }
      expect(duplicates(name)).toBe(1)
    })

    it('not of one that began when the other was stored, nor of a refresh', async () => {
      const [name, source] = [unique(), new Source()]
      const [one, other] = [1, 2].map(() => cached(source.load, { name, backend: back() }))
      await one?.('a')
      await one?.cache.close()
      await other?.('a')
      await other?.refresh('a')
      await other?.cache.close()
      expect(duplicates(name)).toBe(0)
    })

    it('not where what the other stored was invalidated before', async () => {
      const [name, source] = [unique(), new Source()]
      const [one, other] = [1, 2].map(() => cached(source.load, { name, backend: back() }))
      await one?.('a')
      await one?.cache.close()
      await other?.clear()
      await other?.('a')
      await other?.cache.close()
      expect([source.loads, duplicates(name)]).toEqual([2, 0])
    })
  })

  describe('do not store what an invalidation elsewhere has outdated', () => {
    it.each([
      ['of the key', (ask: Ask) => ask.invalidate('a')],
      ['of a tag', (ask: Ask) => ask.invalidateTag('city')],
      ['of everything', (ask: Ask) => ask.clear()],
      ['by a newer value', (ask: Ask) => ask.set(['a'], 'newer')],
    ])('%s', async (_what, change) => {
      const { load, waiting } = controlledLoad<string>()
      const [name, options] = [unique(), { tags: ['city'] }]
      const slow = cached((key: string) => load(key), { name, backend: back(), ...options })
      const other = process(name, new Source(), options)
      const answer = slow('a')
      await eventually('the load to begin', () => waiting.length > 0)
      await change(other)
      waiting[0]?.resolve('outdated')
      expect(await answer).toBe('outdated')
      await slow.cache.close()
      expect(await other('a')).not.toBe('outdated')
      await close(other)
    })

    it('nor what was loaded across an end of Redis, which may have forgotten invalidations', async () => {
      const { load, waiting } = controlledLoad<string>()
      const name = unique()
      const slow = cached((key: string) => load(key), { name, backend: back() })
      const answer = slow('a')
      await eventually('the load to begin', () => waiting.length > 0)
      const other = process(name, new Source())
      await other.invalidate('a')
      await server().kill()
      await server().restart()
      await eventually('the connection to stand again', async () => {
        await slow.cache.set('probe', 1)
        return (await slow.cache.get('probe')) === 1
      })
      waiting[0]?.resolve('outdated')
      expect(await answer).toBe('outdated')
      await slow.cache.close()
      expect(await other.cache.get('a')).toBeUndefined()
      await close(other)
    })
  })

  describe('with a distributed lock', () => {
    const lock = { lock: 'distributed' } as const

    function fleet(size: number, load: (key: string) => unknown, options: object = {}) {
      const name = unique()
      return Array.from({ length: size }, () => cached(async (key: string) => load(key), { name, backend: back(), ...lock, ...options }))
    }

    it('load once for all callers in all of them, and hand the value over', async () => {
      const { load, waiting } = controlledLoad<string>()
      const asks = fleet(4, load)
      const answers = Promise.all(asks.flatMap((ask) => Array.from({ length: 25 }, () => ask('a'))))
      await eventually('the load to begin', () => waiting.length > 0)
      for (let turn = 0; turn < 50; turn++) await quiet()
      waiting[0]?.resolve('value')
      expect(new Set(await answers)).toEqual(new Set(['value']))
      expect(waiting).toHaveLength(1)
      expect(asks.map((ask) => ask.stats().loads).at(-1)).toBe(1)
      await close(...asks)
    })

    it('read a value that is too large to be handed over', async () => {
      const { load, waiting } = controlledLoad<string>()
      const asks = fleet(3, load)
      const answers = Promise.all(asks.map((ask) => ask('a')))
      await eventually('the load to begin', () => waiting.length > 0)
      waiting[0]?.resolve('x'.repeat(100_000))
      for (const answer of await answers) expect(answer).toHaveLength(100_000)
      expect(waiting).toHaveLength(1)
      await close(...asks)
    })

    it('hand over an error, undefined, and what is not to be kept', async () => {
      let calls = 0
      const outcomes: Record<string, () => unknown> = {
        error: () => {
          throw new RangeError('no such city')
        },
        undefined: () => undefined,
        skipped: () => (loadContext()?.skip(), 'not kept'),
      }
      const gates = new Map(Object.keys(outcomes).map((key) => [key, Promise.withResolvers<void>()]))
      const asks = fleet(3, async (key) => {
        calls++
        const outcome = outcomes[key]
        await gates.get(key)?.promise
        return outcome?.()
      })
      const results = Object.keys(outcomes).map(async (key) => {
        const answers = Promise.allSettled(asks.map((ask) => ask(key)))
        for (let turn = 0; turn < 100; turn++) await quiet()
        gates.get(key)?.resolve()
        return answers
      })
      const [error, nothing, skipped] = await Promise.all(results)
      for (const answer of error ?? [])
        expect(answer).toMatchObject({ status: 'rejected', reason: { name: 'RangeError', message: 'no such city' } })
      for (const answer of nothing ?? []) expect(answer).toEqual({ status: 'fulfilled', value: undefined })
      for (const answer of skipped ?? []) expect(answer).toEqual({ status: 'fulfilled', value: 'not kept' })
      expect(calls).toBe(3)
      await close(...asks)
    })

    it('take over from a process that died, when its lease is over', async () => {
      const name = unique()
      const ask = cached(new Source().load, { name, backend: back(), ...lock })
      await ask('warm')
      // A lock as its holder left it: nobody extends it.
      const id = new WireFormat(name, '', undefined).idOf('a')
      await server().ask((client) => client.set(`pitwall:${name}:{${id}}:lock`, 'dead', 'PX', 300))
      const started = performance.now()
      expect(await ask('a')).toBe('a 1')
      expect(performance.now() - started).toBeGreaterThan(250)
      await close(ask)
    })

    it('do not wait for a load that an invalidation has outdated', async () => {
      const { load, waiting } = controlledLoad<string>()
      const asks = fleet(2, load)
      const [one, other] = asks
      const before = one?.('a')
      await eventually('the load to begin', () => waiting.length > 0)
      await other?.invalidate('a')
      const after = other?.('a')
      await eventually('another load to begin', () => waiting.length > 1)
      waiting[1]?.resolve('current')
      expect(await after).toBe('current')
      waiting[0]?.resolve('outdated')
      expect(await before).toBe('outdated')
      await one?.cache.close()
      expect(await other?.('a')).toBe('current')
      await close(...asks)
    })

    it('load themselves when Redis goes while they wait', async () => {
      const { load, waiting } = controlledLoad<string>()
      const asks = fleet(3, load)
      const answers = Promise.all(asks.map((ask) => ask('a')))
      await eventually('the load to begin', () => waiting.length > 0)
      await server().kill()
      await eventually('all to load', () => waiting.length === 3)
      for (const [index, gate] of waiting.entries()) gate.resolve(`value ${index}`)
      expect((await answers).toSorted()).toEqual(['value 0', 'value 1', 'value 2'])
      await server().restart()
      await close(...asks)
    })
  })
})
