import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { diag } from '@opentelemetry/api'
import { describe, expect, it, vi } from 'vitest'
import type { SharedBackend } from '../../../../sdk/src/cache/backends/backend.ts'
import { hybrid } from '../../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../../sdk/src/cache/backends/memory.ts'
import { redis, type RedisBackendOptions } from '../../../../sdk/src/cache/backends/redis.ts'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { eventually } from '../../../support/eventually.ts'
import { useRedis } from '../../../support/redis.ts'

const root = resolve(import.meta.dirname, '../../../..')
let serial = 0
const unique = (): string => `redis-test-${++serial}`

describe('redis', () => {
  const server = useRedis()
  // What is tested here is not how soon a busy machine answers.
  const backend = (options: RedisBackendOptions = {}): SharedBackend => redis({ url: server().url, timeout: '2s', ...options })

  /** Names of everything that Redis holds, and the values under them. */
  async function contents(): Promise<Map<string, string>> {
    return server().ask(async (client) => {
      const names = await client.keys('*')
      const values = await Promise.all(names.map(async (key) => ((await client.type(key)) === 'string' ? await client.get(key) : '')))
      return new Map(names.map((key, index) => [key, values[index] ?? '']))
    })
  }

  /** The name of the one value that Redis holds. */
  async function onlyName(): Promise<string> {
    const names = [...(await contents()).keys()].filter((key) => key.endsWith(':value'))
    expect(names).toHaveLength(1)
    return names[0] ?? ''
  }

  it('keeps values as JSON, and keys as nothing but hashes, under its prefix and the namespace, with their time to live', async () => {
    const cache = createCache<object>({ name: 'a:b%c{d}', backend: backend(), ttl: '1m' })
    await cache.set('hunter2', { n: 1 }, { tags: ['secret-tag'] })
    const name = await onlyName()
    expect(name).toMatch(/^pitwall:a%3Ab%25c%7Bd%7D:\{[\w-]{43}\}:value$/)
    expect((await contents()).get(name)).toMatch(/\np\{"n":1\}$/)
    expect(await server().ask((client) => client.pttl(name))).toBeGreaterThan(59_000)
    expect([...(await contents())].join()).not.toMatch(/hunter2|secret-tag/)
    await cache.close()
  })

  it('hashes keys with a secret where it is given one', async () => {
    const [one, other] = ['one', 'other'].map((secret) => createCache<number>({ name: 'secrets', backend: backend({ secret }) }))
    await one?.set('key', 1)
    expect([await one?.get('key'), await other?.get('key')]).toEqual([1, undefined])
    await Promise.all([one?.close(), other?.close()])
  })

  it('shares entries under a namespace of their own', async () => {
    const [one, other] = [1, 2].map(() => createCache({ name: unique(), backend: backend({ namespace: 'shared' }) }))
    await one?.set('key', 1)
    expect(await other?.get('key')).toBe(1)
    await Promise.all([one?.close(), other?.close()])
  })

  it.each(['garbage', '{"v":1,"value":', 'pw2 0 0 0 a b \n{}', '[1]', ''])('takes %j, which it did not write, for absent', async (text) => {
    const ask = cached(async () => 'loaded', { name: unique(), backend: backend(), key: () => 'key' })
    await ask.cache.set('key', 'by hand')
    const name = await onlyName()
    await server().ask((client) => client.set(name, text))
    expect(await ask()).toBe('loaded')
    await eventually('the value to be replaced', async () => (await contents()).get(name)?.endsWith('"loaded"'))
    await ask.cache.close()
  })

  it('keeps namespaces within namespaces apart', async () => {
    const cache = createCache<string>({ name: unique(), backend: backend() })
    const [ann, bob] = ['ann', 'bob'].map((tenant) => cache.namespace(tenant).namespace('users'))
    await ann?.set('key', 'for ann')
    expect([await ann?.get('key'), await bob?.get('key'), await cache.namespace('users').get('key')]).toEqual([
      'for ann',
      undefined,
      undefined,
    ])
    await Promise.all([ann?.close(), bob?.close(), cache.namespace('users').close(), cache.close()])
  })

  it('does not take an entry of another key or tenant that was copied to this one', async () => {
    const cache = createCache<string>({ name: unique(), backend: backend() })
    await cache.namespace('ann').set('key', 'for ann')
    const source = await onlyName()
    await cache.namespace('bob').set('key', 'for bob')
    await server().ask(async (client) => {
      for (const name of await client.keys('*:value')) if (name !== source) await client.copy(source, name, 'REPLACE')
    })
    expect([await cache.namespace('ann').get('key'), await cache.namespace('bob').get('key')]).toEqual(['for ann', undefined])
    await Promise.all([cache.close(), cache.namespace('ann').close(), cache.namespace('bob').close()])
  })

  it('takes a key of another type for absent, and replaces it', async () => {
    const ask = cached(async () => 'loaded', { name: unique(), backend: backend(), key: () => 'key' })
    await ask.cache.set('key', 'by hand')
    const name = await onlyName()
    await server().ask(async (client) => [await client.del(name), await client.lpush(name, 'x')])
    expect(await ask()).toBe('loaded')
    await eventually('the value to be replaced', async () => (await contents()).get(name)?.endsWith('"loaded"'))
    expect(await ask()).toBe('loaded')
    expect(ask.stats()).toMatchObject({ misses: 1, hits: 1, errors: 0 })
    await ask.cache.close()
  })

  it('does not store what the serializer does not carry, and still answers', async () => {
    const ask = cached(async () => ({ n: 1n }), { name: unique(), backend: backend(), key: () => 'key' })
    expect([await ask(), await ask()]).toEqual([{ n: 1n }, { n: 1n }])
    await ask.cache.close()
    expect([...(await contents()).keys()].filter((name) => name.endsWith(':value'))).toEqual([])
  })

  it('takes another serializer, and compresses', async () => {
    const serializer = {
      name: 'reversed',
      serialize: (value: unknown) => JSON.stringify(value),
      deserialize: (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()),
    }
    const cache = createCache<string>({ name: unique(), backend: backend(), serializer, compress: 100 })
    await cache.set('key', 'x'.repeat(10_000))
    expect(await cache.get('key')).toHaveLength(10_000)
    expect((await contents()).get(await onlyName())?.length).toBeLessThan(300)
    const other = createCache<string>({ name: cache.name, backend: backend() })
    expect(await other.get('key')).toBeUndefined()
    await Promise.all([cache.close(), other.close()])
  })

  it('keeps no entry for longer than 30 days, and nothing of an invalidated one but for a while', async () => {
    const cache = createCache<number>({ name: unique(), backend: backend() })
    await cache.set('for ever', 1)
    await cache.set('gone', 2)
    await cache.delete('gone')
    await cache.clear()
    const left = await server().ask(async (client) => Promise.all((await client.keys('*')).map((name) => client.pttl(name))))
    expect(left.length).toBeGreaterThan(3)
    for (const ms of left) expect(ms).toBeGreaterThan(0)
    await cache.close()
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

  it('uses the same connections for all caches that are given the same value, until the last is closed', async () => {
    const counted = backend({ connectionName: 'counted' })
    const caches = [1, 2, 3].map(() => createCache<number>({ name: unique(), backend: counted }))
    for (const cache of caches) await cache.set('key', 1)
    const connections = async (): Promise<number> => {
      const list = await server().ask((client) => client.client('LIST'))
      return String(list).split('name=counted').length - 1
    }
    // One for commands, and one to hear from other processes.
    expect(await connections()).toBe(2)
    await caches[0]?.close()
    expect(await caches[1]?.get('key')).toBe(1)
    await Promise.all(caches.map((cache) => cache.close()))
    await eventually('the connections to be closed', async () => (await connections()) === 0)
  })

  it('refuses a timeout that is none', () => {
    const options: object = { timeout: 0 }
    expect(() => redis(options)).toThrow('timeout must be a positive number of milliseconds')
    expect(() => redis({ timeout: Number.POSITIVE_INFINITY })).toThrow('timeout must be a duration of at most a minute, got Infinity.')
  })

  it('refuses a prefix beside the namespace, and what is none', () => {
    const misspelt: object = { connection: { host: 'example.org' } }
    expect(() => redis(misspelt)).toThrow(/^an option of redis must be one of url, cluster, .*, got 'connection'\.$/)
    const options: object = { keyPrefix: 'app:' }
    expect(() => redis(options)).toThrow("keyPrefix must be left out, because `namespace` takes its place, got 'app:'.")
    expect(() => redis({ namespace: '' })).toThrow('namespace must be a string of at least one character')
    expect(() => redis({ secret: '' })).toThrow('secret must be a string of at least one character')
    expect(() => redis({ url: 'http://user:password@host' })).toThrow(
      /^url must be an address that begins with redis:\/\/ or rediss:\/\/, got 'http:\/\/…'\.$/,
    )
    for (const url of ['redis://host', 'rediss://host', 'host:6379', '/run/redis.sock']) expect(redis({ url }).name).toBe('redis')
    expect(() => redis({ cluster: [] })).toThrow('cluster must be a list of at least one { host, port }')
  })

  it('says once that it may not hear from others, asks Redis each time then, and serves nothing outdated', async () => {
    await server().ask((client) => client.call('ACL', 'SETUSER', 'deaf', 'on', '>secret', '~*', '+@all', 'resetchannels'))
    const warn = vi.spyOn(diag, 'warn')
    const url = server().url.replace('redis://', 'redis://deaf:secret@')
    const name = unique()
    const ask = cached(async (key: string) => key, { name, backend: hybrid({ front: memory(), back: redis({ url, timeout: '2s' }) }) })
    const other = createCache<string>({ name, backend: backend() })
    await ask('a')
    await eventually('the refusal to be said', () => warn.mock.calls.length > 0)
    await other.set('a', 'newer')
    expect(await ask('a')).toBe('newer')
    await ask.invalidate('a')
    expect(await other.get('a')).toBeUndefined()
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^redis lets nobody subscribe here \(NOPERM .*memory in front of it is not used\.$/),
    )
    warn.mockRestore()
    await Promise.all([ask.cache.close(), other.close()])
  })

  it('says why Redis refuses the connection', async () => {
    const warn = vi.spyOn(diag, 'warn')
    const url = server().url.replace('redis://', 'redis://nobody:wrong@')
    const ask = cached(async (key: string) => key, { name: unique(), backend: backend({ url }) })
    for (const key of ['a', 'b', 'c']) expect(await ask(key)).toBe(key)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('WRONGPASS'))
    warn.mockRestore()
    await ask.cache.close()
  })

  it('says once that values are lost on JSON, and loads them each time', async () => {
    const warn = vi.spyOn(diag, 'warn')
    const ask = cached(async (key: string) => new Map([[key, 1]]), { name: unique(), backend: backend() })
    for (let call = 0; call < 3; call++) expect(await ask('a')).toEqual(new Map([['a', 1]]))
    expect(ask.stats().loads).toBe(3)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('JSON carries plain data'))
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
