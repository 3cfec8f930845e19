import { after, type Clock } from '../../clock.ts'
import { faultOf } from './faults.ts'

/** Milliseconds between two attempts while another process has the file locked. */
const PAUSE_MS = 1

/** Something to do with the file, and who is to be told when it cannot be done. */
interface Job {
  readonly run: () => void
  readonly failed: (error: unknown) => void
  readonly giveUpAt: number
}

/** Does one thing after the other; what finds the file locked by another process tries again until its patience ends. */
export class RequestQueue {
  readonly #clock: Clock
  readonly #jobs: Job[] = []
  #runs = false
  #cancel: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param patienceMs how long it may wait for other processes */
  add(run: () => void, failed: (error: unknown) => void, patienceMs: number): void {
    this.#jobs.push({ run, failed, giveUpAt: this.#clock.now() + patienceMs })
    if (!this.#runs && this.#cancel === undefined) this.#advance()
  }

  /** Drops what waits. */
  close(): void {
    this.#cancel?.()
    this.#jobs.length = 0
  }

  #advance(): void {
    this.#cancel = undefined
    this.#runs = true
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      if (!this.#attempt(job)) {
        this.#cancel = after(this.#clock, PAUSE_MS, () => this.#advance())
        break
      }
      this.#jobs.shift()
    }
    this.#runs = false
  }

  /** Whether it is done, one way or the other. */
  #attempt({ run, failed, giveUpAt }: Job): boolean {
    try {
      run()
    } catch (error) {
      if (faultOf(error) === 'busy' && this.#clock.now() < giveUpAt) return false
      failed(error)
    }
    return true
  }
}
