import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ServerDefinition } from '../../../collector-processor/src/servers/definition.ts'
import { findProgram, type FoundProgram } from '../../../collector-processor/src/servers/find-program.ts'
import { replies } from '../../../collector-processor/src/servers/ready.ts'
import { redis } from '../../../collector-processor/src/servers/redis.ts'
import type { MissingServer } from '../../../collector-processor/src/servers/stack.ts'
import { startServers, stopServers } from '../../../collector-processor/src/servers/start-servers.ts'

let directory: string
let found: FoundProgram
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pitwall-servers-'))
  found = await findProgram(redis)
}, 600_000)
afterAll(() => rm(directory, { recursive: true, force: true }))

describe('startServers', () => {
  it('starts all again with other ports when somebody took one', async () => {
    const addresses: string[] = []
    // Another server takes the port between our choice of it and the start of ours.
    const [first] = await startServers([{ definition: redis, found }], [], join(directory, 'first'), {})
    const unlucky: ServerDefinition = {
      ...redis,
      launch: (context) => {
        addresses.push(context.own('redis'))
        const own = (): string => (addresses.length === 1 ? (first?.context.own('redis') ?? '') : context.own('redis'))
        return redis.launch({ ...context, own })
      },
    }
    const missing: MissingServer[] = []
    const started = await startServers([{ definition: unlucky, found }], missing, directory, {})
    await stopServers(started)
    if (first !== undefined) await stopServers([first])
    expect(started).toHaveLength(1)
    expect(missing).toEqual([])
    expect(new Set(addresses).size).toBe(2)
  })

  it('names a server that does not come up, and keeps the others', async () => {
    const broken: ServerDefinition = { ...redis, launch: async () => ({ args: ['--no-such-option'], ready: async () => false }) }
    const missing: MissingServer[] = []
    const candidates = [redis, broken].map((definition) => ({ definition, found }))
    const started = await startServers(candidates, missing, directory, {})
    await stopServers(started)
    expect(started).toHaveLength(1)
    expect(missing).toEqual([
      { name: 'redis', reason: expect.stringMatching(/^redis \(.*\) ended at once \(exit code 1\); its last words: .+ \(.*redis\.log\)$/) },
    ])
  })

  it('leaves nothing running when something unforeseen happens', async () => {
    const addresses: string[] = []
    const watched: ServerDefinition = {
      ...redis,
      launch: (context) => {
        addresses.push(context.own('redis'))
        return redis.launch(context)
      },
    }
    const odd: ServerDefinition = { ...redis, launch: () => Promise.reject(new Error('disk full')) }
    const candidates = [watched, odd].map((definition) => ({ definition, found }))
    await expect(startServers(candidates, [], directory, {})).rejects.toThrow('disk full')
    await expect(replies(addresses[0] ?? '', 'PING', '+PONG')).resolves.toBe(false)
  })
})
