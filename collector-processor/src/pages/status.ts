import { hostname } from 'node:os'
import { optimizer, prometheusLabel } from '@pitwall/sdk/contract'
import type { Report } from '../recommendation/recommendation.ts'
import { type Point, point, recommendationSeries } from '../recommendation/series.ts'
import { exposition } from './exposition.ts'

/** What the pages show at a moment. */
export interface PageContent {
  readonly report: Report
  /** What could not be published, one sentence each. */
  readonly trouble: readonly string[]
  /** Prometheus text of the recommendations and of the optimizer itself. */
  readonly metrics: string
}

/** The outcome of the latest cycle, and counts of all of them. It is for show: no cycle reads it. */
export class Status {
  #report: Report
  #trouble: readonly string[] = []
  #verdicts = 0
  #withoutVerdict = 0
  #emitFailures = 0
  #seconds = 0
  #lastVerdict: number | undefined

  /** Starts without a verdict; `now` in Unix seconds. */
  constructor(now: number) {
    this.#report = { recommendations: [], notAdvised: [], evaluatedAt: now, noVerdict: 'The first evaluation is still running.' }
  }

  /** Remembers a cycle: its report, what could not be published, and how long it took in seconds. Returns the sentences that are new. */
  record(report: Report, trouble: readonly string[], seconds: number): readonly string[] {
    const known = new Set([...this.#trouble, ...(this.#report.warnings ?? []), this.#report.noVerdict])
    this.#report = report
    this.#trouble = trouble
    this.#emitFailures += trouble.length
    this.#seconds += seconds
    if (report.noVerdict === undefined) {
      this.#verdicts += 1
      this.#lastVerdict = report.evaluatedAt
    } else {
      this.#withoutVerdict += 1
    }
    return [report.noVerdict, ...(report.warnings ?? []), ...trouble]
      .filter((sentence) => sentence !== undefined)
      .filter((sentence) => !known.has(sentence))
  }

  content(): PageContent {
    const identity = { [prometheusLabel('service.name')]: 'pitwall', [prometheusLabel('service.instance.id')]: hostname() }
    const metrics = exposition([...recommendationSeries(this.#report), ...this.#own()], identity)
    return { report: this.#report, trouble: this.#trouble, metrics }
  }

  #own(): Point[] {
    return [
      point(optimizer.cycles, { 'pitwall.verdict': 'true' }, this.#verdicts),
      point(optimizer.cycles, { 'pitwall.verdict': 'false' }, this.#withoutVerdict),
      point(optimizer.cycleTime, {}, this.#seconds),
      point(optimizer.emitFailures, {}, this.#emitFailures),
      ...(this.#lastVerdict === undefined ? [] : [point(optimizer.lastVerdict, {}, this.#lastVerdict)]),
    ]
  }
}
