import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { diag } from '@opentelemetry/api'
import { describe, expect, it, vi } from 'vitest'
import { redis } from '../../../../sdk/src/cache/backends/redis.ts'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { eventually } from '../../../support/eventually.ts'
import { useRedis } from '../../../support/redis.ts'

const root = resolve(import.meta.dirname, '../../../..')
let serial = 0
const unique = (): string => `redis-test-${++serial}`

describe('redis', () => {
  const server = useRedis()

  it('keeps entries as JSON under its prefix and the namespace, with their time to live', async () => {
    const cache = createCache<object>({ name: 'a:b%c', backend: redis({ url: server().url }), ttl: '1m' })
    await cache.set('key', { n: 1 })
    expect(await server().ask((client) => client.get('pitwall:a%3Ab%25c:key'))).toBe('{"v":1,"value":{"n":1}}')
    expect(await server().ask((client) => client.pttl('pitwall:a%3Ab%25c:key'))).toBeGreaterThan(59_000)
    await cache.close()
  })

  it('shares entries under a namespace of their own', async () => {
    const options = { url: server().url, namespace: 'shared' }
    const [one, other] = [
      createCache({ name: unique(), backend: redis(options) }),
      createCache({ name: unique(), backend: redis(options) }),
    ]
    await one.set('key', 1)
    expect(await other.get('key')).toBe(1)
    await Promise.all([one.close(), other.close()])
  })

  it.each(['garbage', '{"v":1,"value":', '{"v":99,"value":1}', '[1]', ''])('takes %j, which it did not write, for absent', async (text) => {
    const name = unique()
    const ask = cached(async () => 'loaded', { name, backend: redis({ url: server().url }), key: () => 'key' })
    await server().ask((client) => client.set(`pitwall:${name}:key`, text))
    expect(await ask()).toBe('loaded')
    expect(await server().ask((client) => client.get(`pitwall:${name}:key`))).toBe('{"v":1,"value":"loaded"}')
    await ask.cache.close()
  })

  it('takes a key of another type for absent, and replaces it', async () => {
    const name = unique()
    const ask = cached(async () => 'loaded', { name, backend: redis({ url: server().url }), key: () => 'key' })
    await server().ask((client) => client.lpush(`pitwall:${name}:key`, 'x'))
    expect([await ask(), await ask()]).toEqual(['loaded', 'loaded'])
    expect(ask.stats()).toMatchObject({ misses: 1, hits: 1, errors: 0 })
    await ask.cache.close()
  })

  it('does not store what JSON does not carry, and still answers', async () => {
    const name = unique()
    const ask = cached(async () => ({ n: 1n }), { name, backend: redis({ url: server().url }), key: () => 'key' })
    expect(await ask()).toEqual({ n: 1n })
    expect(await ask()).toEqual({ n: 1n })
    expect(await server().ask((client) => client.exists(`pitwall:${name}:key`))).toBe(0)
    await ask.cache.close()
  })

  it('stands a Redis that answers garbage', async () => {
    const liar = createServer((socket) => socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')).on('error', () => {}))
    liar.listen(0, '127.0.0.1')
    await once(liar, 'listening')
    const address = liar.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const ask = cached(async (key: number) => key, { name: unique(), backend: redis({ url: `redis://127.0.0.1:${port}` }) })
    for (let key = 0; key < 10; key++) expect(await ask(key)).toBe(key)
    await ask.cache.close()
    liar.close()
  })

  it('uses one connection for all caches that are given the same value, until the last is closed', async () => {
    const backend = redis({ url: server().url, connectionName: 'counted' })
    const caches = [1, 2, 3].map(() => createCache<number>({ name: unique(), backend }))
    for (const cache of caches) await cache.set('key', 1)
    const connections = async (): Promise<number> => {
      const list = await server().ask((client) => client.client('LIST'))
      return String(list).split('name=counted').length - 1
    }
    expect(await connections()).toBe(1)
    await caches[0]?.close()
    expect(await caches[1]?.get('key')).toBe(1)
    await Promise.all(caches.map((cache) => cache.close()))
    await eventually('the connection to be closed', async () => (await connections()) === 0)
  })

  it('refuses a timeout that is none', () => {
    expect(() => redis({ timeout: 0 })).toThrow('timeout must be a number of milliseconds above 0 and up to 60000, got 0.')
    expect(() => redis({ timeout: Number.POSITIVE_INFINITY })).toThrow('up to 60000, got Infinity.')
  })

  it('refuses a prefix that clear() would not see, and a namespace that is none', () => {
    const options: object = { keyPrefix: 'app:' }
    expect(() => redis(options)).toThrow("keyPrefix must be left out, because `namespace` takes its place, got 'app:'.")
    expect(() => redis({ namespace: '' })).toThrow('namespace must be a string of at least one character')
  })

  it('keeps for ever what has a time to live that Redis cannot count', async () => {
    const name = unique()
    const cache = createCache({ name, backend: redis({ url: server().url }), ttl: Number.MAX_VALUE })
    await cache.set('a', 1)
    await cache.set('b', 2, { ttl: Number.POSITIVE_INFINITY })
    expect([await cache.get('a'), await cache.get('b')]).toEqual([1, 2])
    expect(await server().ask((client) => client.pttl(`pitwall:${name}:a`))).toBe(-1)
    await cache.close()
  })

  it('says why Redis refuses the connection', async () => {
    const warn = vi.spyOn(diag, 'warn')
    const url = server().url.replace('redis://', 'redis://nobody:wrong@')
    const ask = cached(async (key: string) => key, { name: unique(), backend: redis({ url, timeout: 1_000 }) })
    for (const key of ['a', 'b', 'c']) expect(await ask(key)).toBe(key)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('WRONGPASS'))
    warn.mockRestore()
    await ask.cache.close()
  })

  it('says once that values are lost on JSON, and loads them each time', async () => {
    const warn = vi.spyOn(diag, 'warn')
    const ask = cached(async (key: string) => new Map([[key, 1]]), { name: unique(), backend: redis({ url: server().url }) })
    for (let call = 0; call < 3; call++) expect(await ask('a')).toEqual(new Map([['a', 1]]))
    expect(ask.stats().loads).toBe(3)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('JSON cannot carry them'))
    warn.mockRestore()
    await ask.cache.close()
  })

  describe('in an agent', () => {
    /** Runs an agent on the built package until it ends by itself; resolves to its exit code and output. */
    async function agent(url: string): Promise<{ code: unknown; output: string; ms: number }> {
      const program = `
        import { cached } from '@pitwall/sdk'
        import { redis } from '@pitwall/sdk/backends/redis'
        const ask = cached(async (key) => key, { name: 'agent', backend: redis({ url: process.argv[1] }) })
        for (let key = 0; key < 20; key++) await ask('key ' + key)
        console.log('done')`
      const started = performance.now()
      const child = spawn(process.execPath, ['--input-type=module', '--eval', program, url], { cwd: root })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)))
      const [code] = await once(child, 'exit')
      return { code, output, ms: performance.now() - started }
    }

    it('does not keep it from ending, and prints nothing', async () => {
      expect(await agent(server().url)).toMatchObject({ code: 0, output: 'done\n' })
    })

    it('does not keep it from ending while Redis is frozen', async () => {
      server().freeze()
      const { code, output, ms } = await agent(server().url)
      server().resume()
      expect({ code, output }).toEqual({ code: 0, output: 'done\n' })
      expect(ms).toBeLessThan(5_000)
    })

    it('does not keep it from ending where there is no Redis', async () => {
      const { code, output, ms } = await agent('redis://127.0.0.1:1')
      expect({ code, output }).toEqual({ code: 0, output: 'done\n' })
      expect(ms).toBeLessThan(5_000)
    })
  })
})
