import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { hybrid } from '../../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../../sdk/src/cache/backends/memory.ts'
import { redis } from '../../../../sdk/src/cache/backends/redis.ts'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import type { CacheStats } from '../../../../sdk/src/cache/statistics.ts'
import { startAgent } from '../../../support/agent-process.ts'
import { controlledLoad } from '../../../support/controlled-load.ts'
import { eventually } from '../../../support/eventually.ts'
import { useCluster } from '../../../support/redis-cluster.ts'

/** Enough of them for every master to have some. */
const KEYS = Array.from({ length: 30 }, (_, index) => `key ${index}`)

let serial = 0
const unique = (): string => `cluster-test-${++serial}`

describe('a Redis Cluster', () => {
  const cluster = useCluster()
  /** Each has connections of its own, as processes have. */
  const back = (timeout: number = 2_000) => redis({ cluster: cluster().addresses, timeout })

  it('keeps, gives back, forgets and clears entries on all of its masters', async () => {
    const name = unique()
    const [writer, reader] = [createCache<string>({ name, backend: back() }), createCache<string>({ name, backend: back() })]
    await Promise.all(KEYS.map((key) => writer.set(key, `${key} of one`)))
    expect(await Promise.all(KEYS.map((key) => reader.get(key)))).toEqual(KEYS.map((key) => `${key} of one`))
    await reader.delete('key 3')
    expect(await writer.get('key 3')).toBeUndefined()
    expect(await writer.get('key 4')).toBe('key 4 of one')
    await reader.clear()
    expect(await Promise.all(KEYS.map((key) => writer.get(key)))).toEqual(KEYS.map(() => undefined))
    await Promise.all([writer.close(), reader.close()])
  })

  it('invalidates the entries with a tag on all of its masters, and no others', async () => {
    const cache = createCache<number>({ name: unique(), backend: back() })
    await Promise.all(KEYS.map((key, index) => cache.set(key, index, { tags: [index % 2 === 0 ? 'even' : 'odd'] })))
    await cache.invalidateTag('even')
    expect(await Promise.all(KEYS.map((key) => cache.get(key)))).toEqual(KEYS.map((_, index) => (index % 2 === 0 ? undefined : index)))
    await cache.close()
  })

  it('lets the memory of each process forget what another one changes, on whichever master', async () => {
    const name = unique()
    let version = 1
    const [one, other] = [1, 2].map(() =>
      cached(async (key: string) => `${key} ${version}`, { name, backend: hybrid({ front: memory(), back: back() }) }),
    )
    if (one === undefined || other === undefined) throw new Error('two processes')
    await eventually('memory to be in use', async () => {
      await Promise.all(KEYS.map((key) => other(key)))
      return other.stats().entries === KEYS.length
    })
    version = 2
    await Promise.all(KEYS.map((key) => one.invalidate(key)))
    await eventually('the other process to forget', async () => {
      const answers = await Promise.all(KEYS.map((key) => other(key)))
      return answers.every((answer, index) => answer === `${KEYS[index]} 2`)
    })
    await Promise.all([one.cache.close(), other.cache.close()])
  })

  it('loads each missing key once for all processes, with a distributed lock', async () => {
    const { load, waiting } = controlledLoad<string>()
    const name = unique()
    const asks = [1, 2, 3].map(() => cached((key: string) => load(key), { name, backend: back(), lock: 'distributed' }))
    const answers = Promise.all(asks.flatMap((ask) => KEYS.map((key) => ask(key))))
    await eventually('the loads to begin', () => waiting.length === KEYS.length)
    await delay(50)
    expect(waiting).toHaveLength(KEYS.length)
    for (const gate of waiting) gate.resolve('value')
    expect(new Set(await answers)).toEqual(new Set(['value']))
    expect(waiting).toHaveLength(KEYS.length)
    await Promise.all(asks.map((ask) => ask.cache.close()))
  })

  describe('with one master lost', () => {
    /** The cache, its keys, and a master that has some of the keys, but not the versions of the namespace, on which all depend. */
    async function filled(timeout?: number) {
      const name = unique()
      const ask = cached(async (key: string) => key, { name, backend: back(timeout) })
      await eventually('all keys to be stored', async () => (await round(ask)) === KEYS.length)
      const lost = cluster().masters.find((master) => master !== cluster().masterOf(`pitwall:{${name}}:last`))
      if (lost === undefined) throw new Error('three masters')
      return { ask, lost }
    }

    type Ask = { stats(): CacheStats } & ((key: string) => Promise<string>)

    /** Asks for all keys at once; resolves to the number of hits. */
    async function round(ask: Ask): Promise<number> {
      const before = ask.stats().hits
      expect(await Promise.all(KEYS.map((key) => ask(key)))).toEqual(KEYS)
      return ask.stats().hits - before
    }

    /** Asks for all keys one after the other, over and over, so that many in a row fail at times; resolves to the number of hits in each round. */
    async function rounds(ask: Ask, count: number): Promise<readonly number[]> {
      const hits: number[] = []
      for (let index = 0; index < count; index++) {
        const before = ask.stats().hits
        for (const key of KEYS) expect(await ask(key)).toBe(key)
        hits.push(ask.stats().hits - before)
      }
      return hits
    }

    it.each(['killed', 'frozen'] as const)('%s, gives no error, and is not bypassed for what the others have', async (outage) => {
      const { ask, lost } = await filled(100)
      if (outage === 'killed') await lost.kill()
      else lost.freeze()
      try {
        const hits = await rounds(ask, 30)
        const [kept = 0] = hits
        expect(kept).toBeGreaterThan(KEYS.length / 3)
        expect(kept).toBeLessThan(KEYS.length)
        expect(hits).toEqual(hits.map(() => kept))
        expect(ask.stats().bypassed).toBeGreaterThan(0)
      } finally {
        if (outage === 'killed') await lost.restart()
        else lost.resume()
      }
      await eventually('what it has to be in use again', async () => (await round(ask)) === KEYS.length)
      await cluster().whole()
      await ask.cache.close()
    })

    it('does not bring back what others have that was invalidated, when it comes back without what it knew', async () => {
      const versions = (name: string) => cluster().masterOf(`pitwall:{${name}}:last`)
      const names = Array.from({ length: 20 }, unique)
      const [lost] = cluster().masters
      const [cleared, tagged] = names
        .filter((name) => versions(name) === lost)
        .map((name) => createCache<string>({ name, backend: back(), tags: ['city'] }))
      if (cleared === undefined || tagged === undefined || lost === undefined) throw new Error('two namespaces on one master')
      const both = [cleared, tagged]
      await Promise.all(both.flatMap((cache) => KEYS.map((key) => cache.set(key, 'old'))))
      await Promise.all([cleared.clear(), tagged.invalidateTag('city')])
      await lost.kill()
      await lost.restart()
      await cluster().whole()
      await eventually('it to be in use again', async () => {
        await cleared.set('probe', 'new')
        return (await cleared.get('probe')) === 'new'
      })
      for (const cache of both) expect(await Promise.all(KEYS.map((key) => cache.get(key)))).toEqual(KEYS.map(() => undefined))
      await Promise.all(both.map((cache) => cache.close()))
    })

    it('uses the server that takes its place, also where the lost one says nothing', async () => {
      const { ask, lost } = await filled(100)
      await cluster().addReplicaOf(lost)
      lost.freeze()
      try {
        await eventually('all keys to be in use again', async () => (await round(ask)) === KEYS.length)
      } finally {
        lost.resume()
      }
      await ask.cache.close()
    })
  })

  it.each([
    ['', () => cluster().addresses],
    [' where nobody answers', () => [1, 2, 3].map((port) => ({ host: '127.0.0.1', port }))],
  ])('does not keep an agent from ending%s', async (_what, addresses) => {
    const program = `
      import { cached } from '@pitwall/sdk'
      import { redis } from '@pitwall/sdk/backends/redis'
      const ask = cached(async (key) => key, { name: 'agent', backend: redis({ cluster: ${JSON.stringify(addresses())} }) })
      for (let key = 0; key < 20; key++) await ask('key ' + key)
      console.log('work is done')`
    const agent = startAgent(['--input-type=module', '--eval', program])
    const patience = setTimeout(() => agent.signal('SIGKILL'), 5_000)
    expect(await agent.end).toMatchObject({ code: 0, stdout: 'work is done\n', stderr: '' })
    clearTimeout(patience)
  })
})
