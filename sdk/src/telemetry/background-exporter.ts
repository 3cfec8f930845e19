import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { settledWithin } from './deadline.ts'

/** What metric and span exporters have in common. */
export interface Exporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void
  forceFlush?(): Promise<void>
  shutdown(): Promise<void>
}

/** What a `BackgroundExporter` is made of. */
export interface BackgroundExporterOptions<Items> {
  /** Makes the exporter that sends; called once, at the first export. */
  readonly load: () => Promise<Exporter<Items>>
  /** Told of every export that failed; decides whether that is worth a line. */
  readonly onFailure: (error: unknown) => void
  /** Longest wait of a flush or shutdown, in milliseconds. */
  readonly timeoutMs: number
}

/**
 * An exporter that is loaded when it is first needed and that nobody waits for: an export is done when it is handed over,
 * so that a dead or frozen Collector holds neither the reader nor the process. Flush and shutdown wait, up to their deadline.
 */
export class BackgroundExporter<Items> {
  readonly #options: BackgroundExporterOptions<Items>
  readonly #running = new Set<Promise<void>>()
  #loaded: Promise<Exporter<Items>> | undefined

  constructor(options: BackgroundExporterOptions<Items>) {
    this.#options = options
  }

  export(items: Items, done: (result: ExportResult) => void): void {
    const sending = this.#send(items)
      .catch(this.#options.onFailure)
      .finally(() => this.#running.delete(sending))
    this.#running.add(sending)
    done({ code: ExportResultCode.SUCCESS })
  }

  async forceFlush(): Promise<void> {
    if (this.#running.size === 0) return
    const inTime = await settledWithin(Promise.all(this.#running), this.#options.timeoutMs)
    if (!inTime) this.#options.onFailure(new Error(`no answer within ${this.#options.timeoutMs} ms`))
  }

  async shutdown(): Promise<void> {
    await this.forceFlush()
    // What is still running has had its time; the exporter's own shutdown would wait for it again.
    if (this.#running.size === 0) await (await this.#loaded)?.shutdown()
  }

  async #send(items: Items): Promise<void> {
    this.#loaded ??= this.#options.load()
    const exporter = await this.#loaded
    const result = await new Promise<ExportResult>((resolve) => exporter.export(items, resolve))
    if (result.code !== ExportResultCode.SUCCESS) throw result.error ?? new Error('export failed')
  }
}
