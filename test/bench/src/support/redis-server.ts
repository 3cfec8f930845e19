import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../../../collector-processor/dist/servers/find-program.js'
import { Ports } from '../../../../collector-processor/dist/servers/ports.js'
import { redis as definition } from '../../../../collector-processor/dist/servers/redis.js'
import { type StartedServer, startServer } from '../../../../collector-processor/dist/servers/start-server.js'

const ports = new Ports()

/** A real Redis on loopback that a benchmark may kill, freeze and bring back under the same address. It ends with this process. */
export class RedisServer {
  readonly port: number
  readonly url: string
  readonly #folder: string
  #server: StartedServer | undefined

  private constructor(port: number, folder: string) {
    this.port = port
    this.url = `redis://127.0.0.1:${port}`
    this.#folder = folder
  }

  /** Starts one on a free port. Rejects with what to do where there is no Redis to be had. */
  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await ports.free(), await mkdtemp(join(tmpdir(), 'pitwall-bench-redis-')))
    await server.restart()
    return server
  }

  get version(): string {
    return this.#server?.found.version ?? ''
  }

  async restart(): Promise<void> {
    const found = await findProgram(definition)
    const folder = join(this.#folder, 'redis')
    const own = (): string => `127.0.0.1:${this.port}`
    const context = { version: found.version, folder, options: {}, own, peer: () => undefined }
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

  async stop(): Promise<void> {
    await this.#server?.process.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#server !== undefined && this.#server.process.ended() === undefined) process.kill(this.#server.process.pid, signal)
  }
}
