import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { file } from '../../../../sdk/src/cache/backends/file.ts'
import { hybrid } from '../../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../../sdk/src/cache/backends/memory.ts'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { useCacheFolder } from '../../../support/cache-folder.ts'
import { useClosing } from '../../../support/closing.ts'
import { eventually } from '../../../support/eventually.ts'

let serial = 0
const unique = (): string => `file-test-${++serial}`

describe('file', () => {
  const folder = useCacheFolder()
  const closing = useClosing()
  afterEach(() => vi.restoreAllMocks())

  it('keeps keys and, with a serializer that encrypts, values from everyone who reads the file', async () => {
    const hide = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x55)
    const serializer = {
      name: 'hidden',
      serialize: (value: unknown) => hide(Buffer.from(JSON.stringify(value))),
      deserialize: (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(hide(bytes)).toString()),
    }
    const cache = closing(createCache({ name: unique(), backend: file({ path: folder().url }), serializer, tags: ['secret tag'] }))
    await cache.set('secret key', 'secret value')
    expect(await cache.get('secret key')).toBe('secret value')
    for (const name of readdirSync(folder().url)) {
      const path = join(folder().url, name)
      expect(readFileSync(path, 'latin1'), name).not.toContain('secret')
      expect(statSync(path).mode & 0o777, name).toBe(0o600)
    }
    expect(statSync(folder().url).mode & 0o777).toBe(0o700)
  })

  it('does not find entries under another secret, serializer, version or name', async () => {
    const name = unique()
    const writer = closing(createCache({ name, backend: file({ path: folder().url, secret: 'one' }) }))
    await writer.set('a', 1)
    const others = [
      closing(createCache({ name, backend: file({ path: folder().url, secret: 'other' }) })),
      closing(createCache({ name, backend: file({ path: folder().url, secret: 'one' }), version: '2' })),
      closing(createCache({ name: unique(), backend: file({ path: folder().url, secret: 'one' }) })),
      closing(createCache({ name, namespace: 'part', backend: file({ path: folder().url, secret: 'one' }) })),
    ]
    for (const other of others) expect(await other.get('a')).toBeUndefined()
  })

  it('lets memory forget everything where changes may have been missed', async () => {
    const name = unique()
    const cache = closing(createCache({ name, backend: hybrid({ front: memory(), back: file({ path: folder().url }) }) }))
    await cache.get('a')
    await eventually('changes to be heard of', async () => {
      await cache.set('a', 1)
      return [...cache.entries()].length === 1
    })
    // Who has removed it has told nobody.
    await folder().empty()
    await eventually('the entry to be gone from memory', () => [...cache.entries()].length === 0)
  })

  it('hands over errors, and values that are not kept, to the other processes that wait', async () => {
    const backend = file({ path: folder().url })
    const load = async (key: string): Promise<string | undefined> => {
      await delay(100)
      if (key === 'fails') throw new RangeError('no such thing')
      return undefined
    }
    const options = { name: unique(), lock: 'distributed', backend } as const
    const loads = [vi.fn<typeof load>(load), vi.fn<typeof load>(load)]
    const [one, other] = loads.map((each) => cached(each, options))
    if (one === undefined || other === undefined) throw new Error('there are two')
    for (const each of [one, other]) closing(each.cache)
    await Promise.all([one.peek('fails'), other.peek('fails')])
    const failures = [one('fails'), other('fails')]
    for (const failure of failures) await expect(failure).rejects.toMatchObject({ name: 'RangeError', message: 'no such thing' })
    expect(await Promise.all([one('nothing'), other('nothing')])).toEqual([undefined, undefined])
    expect(loads.map((each) => each.mock.calls.length).reduce((a, b) => a + b)).toBe(2)
  })

  it('says in one line that there can be no file, and loads', async () => {
    const warn = vi.spyOn(diag, 'warn')
    const path = join(folder().url, 'notes.txt')
    mkdirSync(folder().url)
    writeFileSync(path, 'not ours')
    const ask = cached(async (key: string) => key, { name: unique(), backend: file({ path }) })
    closing(ask.cache)
    for (let call = 0; call < 20; call++) expect(await ask(`key ${call}`)).toBe(`key ${call}`)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(path))
    expect(readFileSync(path, 'utf8')).toBe('not ours')
  })

  it('says in one line that the file was damaged, and begins anew', async () => {
    const warn = vi.spyOn(diag, 'warn')
    const options = { name: unique(), backend: file({ path: folder().url }) }
    const first = closing(createCache({ ...options }))
    await first.set('a', 1)
    await first.close()
    const content = readFileSync(folder().file)
    writeFileSync(folder().file, content.fill(0xaa, 100, 4_000))
    const second = closing(createCache({ ...options }))
    expect(await second.get('a')).toBeUndefined()
    await second.set('a', 2)
    expect(await second.get('a')).toBe(2)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^the cache file .* is damaged \(.*\); the cache begins empty\.$/))
  })

  it('says once that a value is too large for it, and goes on', async () => {
    const warn = vi.spyOn(diag, 'warn')
    const cache = closing(createCache({ name: unique(), backend: file({ path: folder().url, maxBytes: 1_048_576 }) }))
    for (let call = 0; call < 5; call++) await cache.set('large', 'x'.repeat(300_000))
    expect(await cache.get('large')).toBeUndefined()
    await cache.set('small', 'x')
    expect(await cache.get('small')).toBe('x')
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('they take more than a quarter of its maxBytes (1048576)'))
  })

  it('carries values of megabytes', async () => {
    const cache = closing(createCache<string>({ name: unique(), backend: file({ path: folder().url, timeout: 5_000 }) }))
    const value = 'ä'.repeat(3_000_000)
    await cache.set('large', value)
    expect((await cache.get('large')) === value).toBe(true)
  })

  it('shares one thread and one file among the caches of a process, and closes it with the last', async () => {
    const backend = file({ path: folder().url })
    const caches = [
      createCache({ name: unique(), backend }),
      createCache({ name: unique(), backend }),
      createCache({ name: unique(), backend: file({ path: folder().url }) }),
    ]
    await Promise.all(caches.map((cache, index) => cache.set('a', index)))
    await caches[0]?.close()
    expect(await Promise.all(caches.slice(1).map((cache) => cache.get('a')))).toEqual([1, 2])
    await Promise.all(caches.map((cache) => cache.close()))
    expect(readdirSync(folder().url).filter((name) => /-(wal|shm)$/.test(name))).toEqual([])
  })

  it('refuses options that it cannot have', () => {
    expect(() => file({ path: '' })).toThrow("path must be a string of at least one character, got ''.")
    expect(() => file({ secret: '' })).toThrow('secret must be a string of at least one character')
    expect(() => file({ maxBytes: 1_000 })).toThrow('maxBytes must be a number of bytes of at least 1048576, got 1000.')
    expect(() => file({ maxBytes: Number.NaN })).toThrow('maxBytes must be a number')
    expect(() => file({ timeout: 0 })).toThrow('timeout must be')
    const misspelt: object = { folder: '/tmp' }
    expect(() => file(misspelt)).toThrow("an option of file must be one of path, maxBytes, timeout, secret, got 'folder'.")
  })
})
