import type { Clock } from '@pitwall/sdk'
import type { MetricSource } from '../../../../sdk/dist/telemetry/source.js'
import type { Recorder } from './recorder.ts'

/** One simulated agent process: its time, and what it exports. More processes of the same service may stand beside it. */
export class Service {
  readonly name: string
  /** `service.version` of the process that runs now; unknown by default. */
  version: string | undefined
  /** Milliseconds since the world began. */
  now = 0
  readonly clock: Clock = { now: () => this.now }
  readonly #sources: MetricSource[] = []
  readonly #others: Service[] = []
  readonly #number: number

  /** @param number of the process among those of the service */
  constructor(name: string, number: number = 1) {
    this.name = name
    this.#number = number
  }

  /** Another process of the same service. */
  another(): Service {
    const other = new Service(this.name, this.#others.length + 2)
    this.#others.push(other)
    return other
  }

  /** Exports what a source says. */
  add<S extends MetricSource>(source: S): S {
    this.#sources.push(source)
    return source
  }

  /** The process starts anew: nothing of what it counted is left. */
  restart(): void {
    this.#sources.length = 0
  }

  scrape(recorder: Recorder, second: number): void {
    const version = this.version === undefined ? {} : { 'service.version': this.version }
    recorder.scrape(this.#sources, { 'service.name': this.name, 'service.instance.id': `${this.name}-${this.#number}`, ...version }, second)
    for (const other of this.#others) other.scrape(recorder, second)
  }
}
