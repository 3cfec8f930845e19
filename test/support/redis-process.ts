import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Redis } from 'ioredis'
import { findProgram } from '../../collector-processor/src/servers/find-program.ts'
import { Ports } from '../../collector-processor/src/servers/ports.ts'
import { replies } from '../../collector-processor/src/servers/ready.ts'
import { redis as definition } from '../../collector-processor/src/servers/redis.ts'
import { type StartedServer, startServer } from '../../collector-processor/src/servers/start-server.ts'
import type { TestServer } from './test-server.ts'

/** Loopback ports for the servers of one test file, none of them twice. */
export const ports = new Ports()

/** A Redis that a test may kill, freeze and bring back on its port, with what it keeps in its folder; perhaps with options of its own. */
export class RedisProcess implements TestServer {
  readonly port: number
  readonly #folder: string
  readonly #args: readonly string[]
  #server: StartedServer | undefined

  private constructor(port: number, folder: string, args: readonly string[]) {
    this.port = port
    this.#folder = folder
    this.#args = args
  }

  /** @param args options of `redis-server` beyond its port and folder, or what they are once its folder is there */
  static async start(args: readonly string[] | ((folder: string) => Promise<readonly string[]>) = []): Promise<RedisProcess> {
    // In a folder of its own: beside it lies its log.
    const folder = join(await mkdtemp(join(tmpdir(), 'pitwall-redis-')), 'redis')
    await mkdir(folder)
    const redis = new RedisProcess(await ports.free(), folder, typeof args === 'function' ? await args(folder) : args)
    await redis.restart()
    return redis
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async restart(): Promise<void> {
    const found = await findProgram(definition)
    const address = `127.0.0.1:${this.port}`
    const args = [...this.#args, '--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.#folder, '--save', '']
    // Any answer will do, also that a password is needed.
    const launch = async () => ({
      args,
      ready: async () => (await replies(address, 'PING', 'PONG')) || (await replies(address, 'PING', 'NOAUTH')),
    })
    const context = { version: found.version, folder: this.#folder, options: {}, own: () => address, peer: () => undefined }
    this.#server = await startServer(this.#args.length === 0 ? definition : { ...definition, launch }, found, context, process.env)
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

  /** Runs commands past everything that is tested. */
  async ask<T>(commands: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.port, '127.0.0.1')
    try {
      return await commands(client)
    } finally {
      client.disconnect()
    }
  }

  async stop(): Promise<void> {
    await this.#server?.process.stop()
    await rm(dirname(this.#folder), { recursive: true, force: true })
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#server !== undefined && this.#server.process.ended() === undefined) process.kill(this.#server.process.pid, signal)
  }
}
