import { blockedTime } from '../sampling/blocked-time.ts'
import type { CallStatistics } from '../sampling/call-statistics.ts'

/** What is to be done when a section is over: with its milliseconds, and whether it held the event loop all the time. */
export type SectionEnd = (milliseconds: number, isSynchronous: boolean) => void

/** A piece of a program that is measured from here until it is disposed of, as a call of a function. */
export class Section implements Disposable {
  readonly #statistics: CallStatistics
  readonly #over: SectionEnd | undefined
  readonly #reported = blockedTime.reported
  readonly #start: number
  #isSynchronous = true
  #isOver = false

  /** @param over called once, at the end, or before that as soon as the section is found to wait */
  constructor(statistics: CallStatistics, over?: SectionEnd) {
    this.#statistics = statistics
    this.#over = over
    // Whatever waits lets microtasks run first.
    void Promise.resolve().then(() => this.#waits())
    this.#start = statistics.clock.now()
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return
    this.#isOver = true
    const now = this.#statistics.clock.now()
    if (this.#isSynchronous) {
      const milliseconds = now - this.#start
      this.#over?.(milliseconds, true)
      this.#statistics.blocked(milliseconds, this.#reported)
      this.#statistics.held(milliseconds, now)
    } else this.#statistics.settled(this.#start, undefined)
  }

  #waits(): void {
    if (this.#isOver) return
    this.#isSynchronous = false
    this.#over?.(this.#statistics.clock.now() - this.#start, false)
  }
}
