import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findProgram } from '../../collector-processor/src/servers/find-program.ts'
import { prometheus as definition } from '../../collector-processor/src/servers/prometheus.ts'
import { type StartedServer, startServer } from '../../collector-processor/src/servers/start-server.ts'
import { type HistoricPrometheus, type HistoricSeries, type HistoryOptions, writeHistory } from './history.ts'
import { ports } from './redis-process.ts'
import type { TestServer } from './test-server.ts'

/** A Prometheus with a history that a test may kill, freeze and bring back on its port. */
export class PrometheusProcess implements TestServer, HistoricPrometheus {
  readonly start: number
  readonly end: number
  readonly #address: string
  readonly #folder: string
  #server: StartedServer | undefined

  private constructor(address: string, folder: string, { start, end }: Pick<HistoricPrometheus, 'start' | 'end'>) {
    this.#address = address
    this.#folder = folder
    this.start = start
    this.end = end
  }

  static async start(series: readonly HistoricSeries[], options: HistoryOptions): Promise<PrometheusProcess> {
    const folder = join(await mkdtemp(join(tmpdir(), 'pitwall-prometheus-')), 'prometheus')
    const written = await writeHistory(series, options, join(folder, 'data'))
    const prometheus = new PrometheusProcess(`127.0.0.1:${await ports.free()}`, folder, written)
    await prometheus.restart()
    return prometheus
  }

  get url(): string {
    return `http://${this.#address}`
  }

  /** Folder of its database. */
  get data(): string {
    return join(this.#folder, 'data')
  }

  async restart(): Promise<void> {
    const found = await findProgram(definition)
    const { version } = found
    const options = { scrapeIntervalMs: 60_000 }
    const context = { version, folder: this.#folder, options, own: () => this.#address, peer: () => undefined }
    this.#server = await startServer(definition, found, context, process.env)
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL')
    await this.#server?.process.end
  }

  freeze(): void {
    this.#signal('SIGSTOP')
  }

  resume(): void {
    this.#signal('SIGCONT')
  }

  async stop(): Promise<void> {
    await this.#server?.process.stop()
    await rm(dirname(this.#folder), { recursive: true, force: true })
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#server !== undefined && this.#server.process.ended() === undefined) process.kill(this.#server.process.pid, signal)
  }
}
