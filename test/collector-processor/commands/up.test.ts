import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { replies } from '../../../collector-processor/src/servers/ready.ts'
import { eventually } from '../../support/eventually.ts'

const pitwall = resolve(import.meta.dirname, '../../../collector-processor/bin/pitwall.js')

interface Up {
  readonly out: () => string
  readonly err: () => string
  readonly kill: (signal: 'SIGINT' | 'SIGTERM') => void
  readonly code: Promise<number | null>
}

function up(args: readonly string[], env: Record<string, string> = {}): Up {
  const child = spawn(process.execPath, [pitwall, 'up', ...args], { env: { ...process.env, ...env } })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => (out += String(chunk)))
  child.stderr.on('data', (chunk) => (err += String(chunk)))
  const code = new Promise<number | null>((exit) => child.once('exit', exit))
  return { out: () => out, err: () => err, kill: (signal) => child.kill(signal), code }
}

describe('pitwall up', () => {
  it('prints one JSON document, runs until SIGTERM, and stops what it started', async () => {
    const command = up(['--only', 'redis,alertmanager', '--json'])
    const document = await eventually('the document', () => command.out().endsWith('}\n') && JSON.parse(command.out()), {
      deadlineMs: 120_000,
    })
    expect(document.servers.map((server: { name: string }) => server.name)).toEqual(['redis', 'alertmanager'])
    const { host } = new URL(document.endpoints.redis)
    await expect(replies(host, 'PING', '+PONG')).resolves.toBe(true)
    command.kill('SIGTERM')
    await expect(command.code).resolves.toBe(0)
    await expect(replies(host, 'PING', '+PONG')).resolves.toBe(false)
  }, 120_000)

  it('shows a table of what runs, names what is missing, and ends on Ctrl-C with exit code 0', async () => {
    const command = up(['--only', 'redis,collector'], { PITWALL_COLLECTOR: '/nowhere/otelcol' })
    await eventually('the table', () => command.out().includes('Ctrl-C stops everything'), { deadlineMs: 120_000 })
    expect(command.out()).toMatch(/^server +version +source +endpoint +where it came from\n/)
    expect(command.out()).toMatch(/^redis +7\.\d+\.\d+ +\w+ +redis:\/\/127\.0\.0\.1:\d+ /m)
    expect(command.out()).toMatch(/^missing: collector: PITWALL_COLLECTOR names .* Agents are scraped directly instead\.$/m)
    command.kill('SIGINT')
    await expect(command.code).resolves.toBe(0)
  }, 120_000)

  it('ends with exit code 1 when nothing could be started', async () => {
    const command = up(['--only', 'redis'], { PITWALL_REDIS: '/nowhere/redis' })
    await expect(command.code).resolves.toBe(1)
    expect(command.out()).toContain('missing: redis: PITWALL_REDIS names /nowhere/redis')
  })

  it.each([
    [['--only', 'redis,mysql'], "--only names 'mysql'; the servers are redis, collector, prometheus, alertmanager."],
    [['--scrape-interval', 'often'], '--scrape-interval is often; it must be a number of seconds from 0.1 to 3600.'],
  ])('answers %s with one sentence and exit code 2', async (args, sentence) => {
    const command = up(args)
    await expect(command.code).resolves.toBe(2)
    expect(command.err()).toBe(`pitwall up: ${sentence}\n`)
  })
})
