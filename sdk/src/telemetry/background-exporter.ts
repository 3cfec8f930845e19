import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { settledWithin } from './deadline.ts'

/** Exports that may be under way at once; a frozen Collector holds no more than that in memory. */
const CONCURRENT_EXPORTS = 4

/** What a `BackgroundExporter` is made of. */
export interface BackgroundExporterOptions<Items> {
  /** Makes the function that sends; called once, at the first export. */
  readonly load: () => Promise<(items: Items) => Promise<void>>
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
  #loaded: Promise<(items: Items) => Promise<void>> | undefined
  #unanswered = false

  constructor(options: BackgroundExporterOptions<Items>) {
    this.#options = options
  }

  export(items: Items, done: (result: ExportResult) => void): void {
    done({ code: ExportResultCode.SUCCESS })
    if (this.#running.size >= CONCURRENT_EXPORTS) {
      this.#options.onFailure(new Error(`no answer to the last ${CONCURRENT_EXPORTS} exports`))
      return
    }
    const sending = this.#send(items)
      .catch(this.#options.onFailure)
      .finally(() => this.#running.delete(sending))
    this.#running.add(sending)
  }

  /** Once a flush has waited in vain, the next ones do not wait, until the Collector has answered again. */
  async forceFlush(): Promise<void> {
    if (this.#running.size === 0 || this.#unanswered) return
    if (await settledWithin(Promise.all(this.#running), this.#options.timeoutMs)) return
    this.#unanswered = true
    this.#options.onFailure(new Error(`no answer within ${this.#options.timeoutMs} ms`))
  }

  /** Flushes; there is nothing to close, because nothing here keeps the process alive. */
  shutdown(): Promise<void> {
    return this.forceFlush()
  }

  async #send(items: Items): Promise<void> {
    this.#loaded ??= this.#options.load()
    const send = await this.#loaded
    await send(items)
    this.#unanswered = false
  }
}
