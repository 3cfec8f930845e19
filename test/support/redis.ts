import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { findProgram } from '../../collector-processor/src/servers/find-program.ts'
import { Ports } from '../../collector-processor/src/servers/ports.ts'
import { redis as definition } from '../../collector-processor/src/servers/redis.ts'
import { type StartedServer, startServer } from '../../collector-processor/src/servers/start-server.ts'
import type { TestServer } from './test-server.ts'

/** A real Redis that a test may kill, freeze and bring back under the same address. */
export class TestRedis implements TestServer {
  readonly url: string
  readonly #address: string
  readonly #folder: string
  #server: StartedServer | undefined

  private constructor(address: string, folder: string) {
    this.#address = address
    this.#folder = folder
    this.url = `redis://${address}`
  }

  static async start(): Promise<TestRedis> {
    const port = await new Ports().free()
    const redis = new TestRedis(`127.0.0.1:${port}`, await mkdtemp(join(tmpdir(), 'pitwall-redis-')))
    await redis.restart()
    return redis
  }

  async restart(): Promise<void> {
    const found = await findProgram(definition)
    const folder = join(this.#folder, 'redis')
    const context = { version: found.version, folder, options: {}, own: () => this.#address, peer: () => undefined }
    this.#server = await startServer(definition, found, context, process.env)
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL')
    await this.#server?.process.end
  }

  /** SIGSTOP: connections stay, answers do not come. */
  freeze(): void {
    this.#signal('SIGSTOP')
  }

  resume(): void {
    this.#signal('SIGCONT')
  }

  /** Runs one command past everything that is tested. */
  async ask<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.url)
    try {
      return await command(client)
    } finally {
      client.disconnect()
    }
  }

  async stop(): Promise<void> {
    await this.#server?.process.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#server !== undefined && this.#server.process.ended() === undefined) process.kill(this.#server.process.pid, signal)
  }
}

/** One Redis for the tests of this file; after each test it runs again and is empty. */
export function useRedis(): () => TestRedis {
  let redis: TestRedis | undefined
  const started = (): TestRedis => {
    if (redis === undefined) throw new Error('Redis is there inside tests only')
    return redis
  }
  beforeAll(async () => {
    redis = await TestRedis.start()
  }, 600_000)
  afterEach(async () => {
    started().resume()
    await started().ask((client) => client.flushall())
  })
  afterAll(async () => {
    await redis?.stop()
  })
  return started
}
