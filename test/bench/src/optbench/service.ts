import type { Clock } from '@pitwall/sdk'
import type { MetricSource } from '../../../../sdk/dist/telemetry/source.js'
import type { Recorder } from './recorder.ts'

/** One simulated agent process: its time, and what it exports. More processes of the same service may stand beside it. */
export class Service {
  readonly name: string
  /** Milliseconds since the world began. */
  now = 0
  readonly clock: Clock = { now: () => this.now }
  readonly #sources: MetricSource[] = []
  readonly #others: MetricSource[][] = []

  constructor(name: string) {
    this.name = name
  }

  /** Exports what a source says. */
  add<S extends MetricSource>(source: S): S {
    this.#sources.push(source)
    return source
  }

  /** Another process of the service begins, which exports what is added to it; returns how to add. */
  process(): <S extends MetricSource>(source: S) => S {
    const sources: MetricSource[] = []
    this.#others.push(sources)
    return (source) => {
      sources.push(source)
      return source
    }
  }

  /** The process starts anew: nothing of what it counted is left. */
  restart(): void {
    this.#sources.length = 0
  }

  scrape(recorder: Recorder, second: number): void {
    for (const [index, sources] of [this.#sources, ...this.#others].entries())
      recorder.scrape(sources, { 'service.name': this.name, 'service.instance.id': `${this.name}-${index + 1}` }, second)
  }
}
