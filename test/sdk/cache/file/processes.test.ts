import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { file } from '../../../../sdk/src/cache/backends/file.ts'
import { hybrid } from '../../../../sdk/src/cache/backends/hybrid.ts'
import { memory } from '../../../../sdk/src/cache/backends/memory.ts'
import { cached } from '../../../../sdk/src/cache/cached.ts'
import { createCache } from '../../../../sdk/src/cache/create-cache.ts'
import { type AgentProcess, startAgent } from '../../../support/agent-process.ts'
import { useCacheFolder } from '../../../support/cache-folder.ts'
import { useClosing } from '../../../support/closing.ts'

const root = resolve(import.meta.dirname, '../../../..')

/** How agents of these tests begin: `path` is the folder, `line` prints a line. */
const agentHead = `
import { cached, createCache } from '@pitwall/sdk'
import { file } from '@pitwall/sdk/backends/file'
import { hybrid } from '@pitwall/sdk/backends/hybrid'
import { memory } from '@pitwall/sdk/backends/memory'
import { diag, DiagConsoleLogger, DiagLogLevel } from '@opentelemetry/api'
diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const path = process.argv[1]
const line = (...words) => console.log(words.join(' '))
const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
`

describe('a file that processes share', () => {
  const folder = useCacheFolder()
  const closing = useClosing()
  afterEach(() => vi.restoreAllMocks())
  const agent = (program: string, ...args: string[]): AgentProcess => {
    const started = startAgent(['--input-type=module', '--eval', agentHead + program, folder().url, ...args])
    closing({ close: () => started.child.kill('SIGKILL') })
    return started
  }

  it('keeps entries for processes that run later', async () => {
    const program = `
      const ask = cached(async (key) => 'loaded by ' + process.argv[2], { name: 'later', backend: file({ path }) })
      line(await ask('key'))`
    expect(await agent(program, 'first').end).toMatchObject({ code: 0, stdout: 'loaded by first\n', stderr: '' })
    expect(await agent(program, 'second').end).toMatchObject({ code: 0, stdout: 'loaded by first\n', stderr: '' })
    // Nobody has closed it, and yet nothing but the entries is left: SQLite's log was written back.
    expect(readdirSync(folder().url).filter((name) => /-(wal|shm)$/.test(name))).toEqual([])
  })

  it('lets the memory of another process forget what this one sets, removes, invalidates by tag or clears', async () => {
    const reader = agent(`
      const cache = createCache({ name: 'fronts', backend: hybrid({ front: memory(), back: file({ path }) }) })
      const keys = ['set', 'removed', 'tagged', 'kept', 'cleared']
      const known = () => [...cache.entries()].map((entry) => entry.key).toSorted().join()
      const until = async (expected) => { while (known() !== expected) await delay(1) }
      // What is read before changes are heard of does not stay.
      while (known() !== keys.toSorted().join()) for (const key of keys) await cache.get(key)
      line('has', known())
      await until('cleared,kept')
      line('now', await cache.get('set'))
      await until('')
      line('nothing')`)
    const cache = closing(createCache({ name: 'fronts', backend: hybrid({ front: memory(), back: file({ path: folder().url }) }) }))
    for (const key of ['set', 'removed', 'kept', 'cleared']) await cache.set(key, `old ${key}`)
    await cache.set('tagged', 'tagged', { tags: ['tag'] })
    await reader.printed('has cleared,kept,removed,set,tagged')
    await cache.set('set', 'new')
    await cache.delete('removed')
    await cache.invalidateTag('tag')
    await reader.printed('now new')
    await cache.clear()
    expect(await reader.end).toMatchObject({ code: 0, stderr: '' })
  })

  it('loads once for all processes of this host, and hands over what was loaded', async () => {
    const program = `
      let loads = 0
      const load = async (key) => { loads++; await delay(300); return { key, by: process.pid } }
      const ask = cached(load, { name: 'once', lock: 'distributed', backend: file({ path, timeout: '5s' }) })
      await ask.peek('key')
      line('ready')
      process.stdin.once('data', async () => {
        const answers = await Promise.all(Array.from({ length: 100 }, () => ask('key')))
        line('loads', loads, 'by', new Set(answers.map((answer) => answer.by)).size, [...new Set(answers.map((answer) => answer.by))])
        process.stdin.destroy()
      })`
    const agents = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '--eval', agentHead + program, folder().url], {
        cwd: root,
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    )
    for (const child of agents) closing({ close: () => child.kill('SIGKILL') })
    await Promise.all(agents.map((child) => once(child.stdout, 'data')))
    const answered = agents.map(async (child) => String((await once(child.stdout, 'data'))[0]))
    for (const child of agents) child.stdin.write('go\n')
    const lines = await Promise.all(answered)
    expect(lines.map((text) => Number(text.split(' ')[1])).toSorted()).toEqual([0, 0, 0, 1])
    expect(new Set(lines.map((text) => text.split(' by ')[1])).size).toBe(1)
  })

  it('takes over the load of a process that was killed', async () => {
    const name = 'taken over'
    const leader = agent(
      `const ask = cached(() => new Promise(() => line('loading')), { name: process.argv[2], lock: 'distributed', backend: file({ path }) })
       setInterval(() => {}, 1_000)
       ask('key')`,
      name,
    )
    await leader.printed('loading')
    const ask = cached(async (_key: string) => 'taken over', { name, lock: 'distributed', backend: file({ path: folder().url }) })
    closing(ask.cache)
    const answer = ask('key')
    expect(await Promise.race([answer, delay(100, 'waits')])).toBe('waits')
    leader.signal('SIGKILL')
    const killedAt = performance.now()
    expect(await answer).toBe('taken over')
    expect(performance.now() - killedAt).toBeLessThan(2_500)
  })

  it('has neither wrong nor damaged entries when its writers are killed at any moment', async () => {
    const writer = `
      const cache = createCache({ name: 'kill', backend: file({ path }) })
      for (let turn = 0; ; turn++) {
        const key = 'key ' + turn % 50
        const text = (key + ' ' + process.pid + ' ').repeat(1 + (turn * 7919) % 2_000)
        await cache.set(key, { key, length: text.length, text })
        if (turn % 17 === 0) await cache.delete('key ' + (turn * 31) % 50)
        if (turn === 0) line('writes')
      }`
    const warn = vi.spyOn(diag, 'warn')
    const cache = closing(
      createCache<{ key: string; length: number; text: string }>({ name: 'kill', backend: file({ path: folder().url }) }),
    )
    let found = 0
    for (let round = 0; round < 10; round++) {
      const writers = [agent(writer), agent(writer)]
      await Promise.all(writers.map((each) => each.printed('writes')))
      const end = performance.now() + 50 + round * 10
      do {
        for (let key = 0; key < 50; key++) {
          const value = await cache.get(`key ${key}`)
          if (value === undefined) continue
          found++
          expect(value.key).toBe(`key ${key}`)
          expect(value.text.length).toBe(value.length)
          expect(value.text.startsWith(`${value.key} `)).toBe(true)
        }
      } while (performance.now() < end)
      for (const each of writers) each.signal('SIGKILL')
      await Promise.all(writers.map((each) => each.end))
    }
    expect(found).toBeGreaterThan(50)
    expect(warn).not.toHaveBeenCalled()
  })

  /** Asks for more than there is room for, and whether every answer was right. */
  const fill = `
    process.on('SIGXFSZ', () => {})
    let version = 1
    const ask = cached(async (key) => ({ key, version, text: 'x'.repeat(20_000) }), { name: 'full', backend: file({ path: process.argv[2] ?? path }) })
    let [errors, wrong] = [0, 0]
    for (let turn = 0; turn < 400; turn++) {
      const key = 'key ' + turn % 200
      try {
        if ((await ask(key)).key !== key) wrong++
        if (turn % 10 !== 0) continue
        version = turn + 2
        await ask.invalidate(key)
        if ((await ask(key)).version !== version) wrong++
      } catch { errors++ }
    }
    const { hits, loads } = ask.stats()
    line('errors', errors, 'wrong', wrong, 'asked', hits + loads, hits > 0 ? 'hits' : '')`

  it.each([
    ['a limit on the size of files', 'ulimit -f 500; exec "$@"'],
    ['a full disk', 'mkdir -p "$DISK" && mount -t tmpfs -o size=2m none "$DISK" && exec "$@" "$DISK/cache"'],
  ])('answers all callers with %s, and says once what it does not store', async (what, shell) => {
    const node = [process.execPath, '--input-type=module', '--eval', agentHead + fill, folder().url]
    const command =
      what === 'a full disk' ? ['unshare', '-rm', 'bash', '-c', shell, 'bash', ...node] : ['bash', '-c', shell, 'bash', ...node]
    // Where a user may not mount anything, the limit has to do.
    if (what === 'a full disk' && spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status !== 0) return
    const [program = '', ...args] = command
    const env = { ...process.env, DISK: join(folder().url, 'disk') }
    const { stdout, stderr, status } = spawnSync(program, args, { cwd: root, encoding: 'utf8', env })
    expect({ stdout, status }).toEqual({ stdout: 'errors 0 wrong 0 asked 440 hits\n', status: 0 })
    expect(stderr.split('\n').filter((text) => text.includes('stores nothing'))).toHaveLength(1)
    expect(stderr.split('\n').length).toBeLessThan(5)
  })

  it('neither holds the process nor prints anything, whatever it waits for', async () => {
    const program = `
      const ask = cached(async (key) => key, { name: 'exit', lock: 'distributed', backend: hybrid({ front: memory(), back: file({ path }) }) })
      for (let key = 0; key < 20; key++) await ask(process.argv[2] + key)
      line('work is done')`
    const free = await agent(program, 'free').end
    expect(free).toMatchObject({ code: 0, stdout: 'work is done\n', stderr: '' })
    expect(free.endingMs).toBeLessThan(1_000)
    await folder().freeze()
    const { code, stdout, endingMs } = await agent(program, 'frozen').end
    folder().resume()
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'work is done\n' })
    expect(endingMs).toBeLessThan(2_000)
  })

  it('runs without what the agent preloads', async () => {
    const end = await startAgent(
      [
        '--import',
        '@pitwall/sdk/register',
        '--input-type=module',
        '--eval',
        `${agentHead}line(String(await createCache({ name: 'x', backend: file({ path }) }).get('a')))`,
        folder().url,
      ],
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', NODE_OPTIONS: '--title=agent' },
    ).end
    expect(end.stdout).toBe('undefined\n')
    expect(end.code).toBe(0)
  })

  it('uses a folder of the user’s cache directory by default, and refuses one that others may write to', async () => {
    const home = join(folder().url, 'home')
    const program = `
      const cache = createCache({ name: 'default', backend: 'file' })
      await cache.set('a', 1)
      line(await cache.get('a'))`
    const run = (): AgentProcess =>
      startAgent(['--input-type=module', '--eval', agentHead + program, folder().url], { XDG_CACHE_HOME: home, TMPDIR: join(home, 'tmp') })
    expect(await run().end).toMatchObject({ stdout: '1\n', stderr: '' })
    expect(readdirSync(join(home, 'pitwall', 'entries')).some((name) => name.endsWith('.db'))).toBe(true)
    chmodSync(join(home, 'pitwall', 'entries'), 0o777)
    expect(await run().end).toMatchObject({ stdout: '1\n', stderr: '' })
    expect(readdirSync(join(home, 'tmp'))).toHaveLength(1)
  })
})
