import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { replies } from '../../../collector-processor/src/servers/ready.ts'
import { startStack } from '../../../collector-processor/src/servers/start-stack.ts'
import type { ServerName } from '../../../collector-processor/src/servers/stack.ts'
import { alive } from '../../support/alive.ts'
import { eventually } from '../../support/eventually.ts'
import { query, useStack } from '../../support/stack.ts'

const hostOf = (url: string | undefined): string => new URL(url ?? '').host
const all: readonly ServerName[] = ['redis', 'collector', 'prometheus', 'alertmanager']

describe('a whole stack', () => {
  const stack = useStack(all)

  it('runs every server on loopback and says which, from where and why', () => {
    expect(stack().running.map(({ name }) => name)).toEqual(all)
    for (const server of stack().running) {
      expect(server.endpoint).toMatch(/^(http|redis):\/\/127\.0\.0\.1:\d+$/)
      expect(server.version).toMatch(/^\d+\.\d+\.\d+$/)
      expect(server.origin).not.toBe('')
      expect(alive(server.pid)).toBe(true)
    }
    expect(stack().missing).toEqual([])
  })

  it('answers at every endpoint', async () => {
    const { redis, otlp, prometheus, alertmanager } = stack().endpoints
    await expect(replies(hostOf(redis), 'PING', '+PONG')).resolves.toBe(true)
    const sent = await fetch(`${otlp}/v1/metrics`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
    expect(sent.status).toBe(200)
    for (const base of [prometheus, alertmanager]) expect((await fetch(`${base}/-/healthy`)).status).toBe(200)
  })

  it('is ready when Prometheus scrapes the Collector', async () => {
    expect(await query(stack(), 'up{job="collector"}')).toMatchObject([{ value: 1 }])
  })

  it('has Prometheus load our rules and know Alertmanager', async () => {
    const { prometheus, alertmanager } = stack().endpoints
    const rules = await (await fetch(`${prometheus}/api/v1/rules`)).text()
    expect(rules).toContain('"name":"pitwall"')
    await eventually('Alertmanager to be known', async () =>
      (await (await fetch(`${prometheus}/api/v1/alertmanagers`)).text()).includes(hostOf(alertmanager)),
    )
  })

  it('gives each stack ports and data of its own', async () => {
    const other = await startStack({ servers: ['redis'] })
    try {
      expect(other.endpoints.redis).not.toBe(stack().endpoints.redis)
      expect(other.directory).not.toBe(stack().directory)
    } finally {
      await other.stop()
    }
    await expect(replies(hostOf(stack().endpoints.redis), 'PING', '+PONG')).resolves.toBe(true)
  })
})

describe('a stack without a Collector', () => {
  it('says why, and scrapes agents directly', async () => {
    const stack = await startStack({
      servers: ['collector', 'prometheus'],
      scrapeIntervalMs: 500,
      env: { ...process.env, PITWALL_COLLECTOR: '/nowhere/otelcol' },
    })
    const agent = createServer((_, response) => response.setHeader('content-type', 'text/plain; version=0.0.4').end('answer 42\n'))
    await new Promise<void>((listening) => agent.listen(0, '127.0.0.1', listening))
    try {
      expect(stack.missing).toEqual([{ name: 'collector', reason: expect.stringContaining('PITWALL_COLLECTOR names /nowhere/otelcol') }])
      const bound = agent.address()
      if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port')
      await stack.scrape([`127.0.0.1:${bound.port}`])
      const [sample] = await eventually('the sample', async () => {
        const samples = await query(stack, 'answer')
        return samples.length > 0 && samples
      })
      expect(sample).toMatchObject({ value: 42, labels: { job: 'agents' } })
    } finally {
      agent.close()
      await stack.stop()
    }
  })
})

describe('the end of a stack', () => {
  it('leaves no process and no folder', async () => {
    const stack = await startStack({ servers: ['redis', 'alertmanager'] })
    await Promise.all([stack.stop(), stack.stop()])
    for (const { pid } of stack.running) expect(alive(pid)).toBe(false)
    expect(existsSync(stack.directory)).toBe(false)
  })

  it('keeps a folder that was asked for', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pitwall-kept-'))
    const stack = await startStack({ servers: ['redis'], directory })
    await stack.stop()
    expect(existsSync(join(directory, 'redis.log'))).toBe(true)
    await rm(directory, { recursive: true })
  })

  it('says when a server ends by itself', async () => {
    const lines: string[] = []
    const stack = await startStack({ servers: ['redis'], onProgress: (line) => lines.push(line) })
    process.kill(stack.running[0]?.pid ?? 0, 'SIGKILL')
    await eventually('the line', () => lines.some((line) => /^redis: ended \(SIGKILL\), its log is .*redis\.log$/.test(line)))
    await stack.stop()
  })

  it('comes with the end of its process, even by kill -9', async () => {
    const module = resolve(import.meta.dirname, '../../../collector-processor/dist/servers/start-stack.js')
    const parent = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { startStack } from ${JSON.stringify(module)}
       const stack = await startStack({ servers: ['redis', 'prometheus'] })
       console.log(JSON.stringify([stack.directory, ...stack.running.map(({ pid }) => pid)]))
       setInterval(() => {}, 1000)`,
    ])
    const line = await new Promise<string>((data) => parent.stdout.once('data', (chunk) => data(String(chunk))))
    const [directory, ...pids]: [string, ...number[]] = JSON.parse(line)
    expect(pids.map(alive)).toEqual([true, true])
    parent.kill('SIGKILL')
    await eventually('the end of the servers', () => !pids.some(alive), { deadlineMs: 5_000 })
    await rm(directory, { recursive: true, force: true })
  })

  it('comes before its beginning when aborted', async () => {
    await expect(startStack({ servers: ['redis'], signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
  })
})
