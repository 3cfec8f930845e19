import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LaunchContext, ServerDefinition } from '../../../collector-processor/src/servers/definition.ts'
import { definitions } from '../../../collector-processor/src/servers/definitions.ts'
import { findProgram } from '../../../collector-processor/src/servers/find-program.ts'
import { startServer } from '../../../collector-processor/src/servers/start-server.ts'

let folder: string
let taken: Server
let address: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-start-'))
  taken = createServer((socket) => socket.destroy())
  await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening))
  const bound = taken.address()
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port')
  address = `127.0.0.1:${bound.port}`
})
afterAll(async () => {
  taken.close()
  await rm(folder, { recursive: true, force: true })
})

const contextOf = (definition: ServerDefinition, version: string): LaunchContext => ({
  version,
  folder: join(folder, definition.name),
  options: {},
  own: () => address,
  peer: () => undefined,
})

describe('startServer', () => {
  it.each(definitions.map((definition) => [definition.name, definition] as const))(
    'sees that somebody took a port before %s could bind it',
    async (_, definition) => {
      const found = await findProgram(definition)
      const start = startServer(definition, found, contextOf(definition, found.version), process.env)
      await expect(start).rejects.toMatchObject({ name: 'StartError', portTaken: true })
    },
    60_000,
  )

  it('quotes a server that refuses its configuration', async () => {
    const definition = definitions.find(({ name }) => name === 'redis')
    if (definition === undefined) throw new Error('there is no redis')
    const found = await findProgram(definition)
    const wrong: ServerDefinition = { ...definition, launch: async () => ({ args: ['--no-such-option'], ready: async () => false }) }
    const start = startServer(wrong, found, contextOf(wrong, found.version), process.env)
    await expect(start).rejects.toMatchObject({
      portTaken: false,
      message: expect.stringMatching(/^redis \(.*\) ended at once \(exit code 1\); its last words: /),
    })
  })
})
