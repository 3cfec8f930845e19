import type { Clock } from '../clock.ts'
import { settle } from './settle.ts'

/** Number of hashes: what a hash is compared with when all are wanted. */
export const HASHES = 2 ** 32
/** Records that are decided about at once, and the time that they are to last: 20,000 a second, at 0.2 µs each (measured), cost 0.4 % of a core. */
const BURST = 5_000
const BURST_MS = 250
/** Bursts that may come at any speed before limits apply, so that a short rush is followed in full; they come back with time. */
const ALLOWANCE = 10
const SMALLEST_SHARE = 1 / 64
/** A pause that outlasts this, because the traffic stopped, ends at the next collection. */
const MAX_PAUSE_MS = 1_000
/** Longest pause in requests: the largest number that is an integer to every JavaScript engine. */
const MAX_PAUSE = 2 ** 30

/** What changes after a record. */
export type Change = 'none' | 'new burst' | 'fewer keys' | 'pause'

/**
 * Keeps the cost of recording within bounds when requests come fast. Where there are many keys it halves the share of keys
 * that are wanted (by hash, so that a key is recorded always or never); where there are few, each would matter too much,
 * so it pauses between bursts of records instead.
 */
export class RateGovernor {
  /** Requests for keys with a smaller hash are to be recorded; 0 during a pause. */
  wantedBelow: number = HASHES
  /** Requests that a pause is to last for yet: counted down, because that is all that a request costs meanwhile. */
  pauseLeft = 0
  readonly #clock: Clock
  #share = 1
  #recorded = 0
  #skipped = 0
  /** Requests that the present pause is to last for in all; 0 when there is none. */
  #pause = 0
  /** Requests that no record stands for yet, and the number of skipped ones when that was last reckoned. */
  #backlog = 0
  #reckoned = 0
  #inBurst = 0
  #allowance = ALLOWANCE
  #burstStart: number
  #requestsAtBurst = 0
  #pauseStart = 0
  #burstRequests = 0
  #collectedAt: number
  #requestsAtCollection = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#burstStart = clock.now()
    this.#collectedAt = this.#burstStart
  }

  /** All requests, recorded or skipped. */
  get requests(): number {
    return this.#recorded + this.#allSkipped
  }

  get #allSkipped(): number {
    return this.#skipped + this.#pause - this.pauseLeft
  }

  /** Keys there are for each one that is wanted: 1, 2, 4, … 64. */
  get scale(): number {
    return 1 / this.#share
  }

  /** Counts a request that is recorded; returns the number of requests that it stands for. */
  weigh(): number {
    this.#recorded++
    this.#inBurst++
    if (this.#share === 1) return 1
    this.#backlog += 1 + this.#skipped - this.#reckoned
    this.#reckoned = this.#skipped
    const weight = settle(this.#backlog, this.scale)
    this.#backlog -= weight
    return weight
  }

  /** Counts a request that was not wanted; returns whether a pause is over with it. */
  skip(): boolean {
    if (this.#pause > 0) return --this.pauseLeft <= 0
    this.#skipped++
    return false
  }

  /**
   * Judges a burst of records when it is full; to be called after each record, with its time (ms).
   * @param manyKeys whether there are more keys than can be followed anyway
   */
  judge(now: number, manyKeys: boolean): Change {
    if (this.#inBurst < BURST) return 'none'
    const elapsed = Math.max(0.01, now - this.#burstStart)
    const requests = this.requests - this.#requestsAtBurst
    this.#beginBurst(now)
    this.#allowance = Math.min(ALLOWANCE, this.#allowance + elapsed / BURST_MS - 1)
    if (this.#allowance >= 0) return 'new burst'
    this.#allowance = 0
    if (manyKeys && this.#share > SMALLEST_SHARE) {
      this.#share /= 2
      this.wantedBelow = HASHES * this.#share
      return 'fewer keys'
    }
    this.wantedBelow = 0
    this.#pauseStart = now
    this.#burstRequests = requests
    this.#reckoned = this.#skipped
    const length = Math.ceil(requests * (BURST_MS / elapsed - 1))
    this.#pause = Math.min(Math.max(1, length), MAX_PAUSE)
    this.pauseLeft = this.#pause
    return 'pause'
  }

  /** Requests of the present pause, as a multiple of those of the burst before it, since it was last asked for. */
  pausedBursts(): number {
    if (this.#pause === 0) return 0
    const paused = this.#allSkipped - this.#reckoned
    this.#reckoned = this.#allSkipped
    return paused / this.#burstRequests
  }

  /** Ends a pause. */
  resume(): void {
    this.#skipped = this.#allSkipped
    this.#pause = 0
    this.pauseLeft = 0
    this.#reckoned = this.#skipped
    this.wantedBelow = HASHES * this.#share
    this.#beginBurst(this.#clock.now())
  }

  /** Whether a pause should end although the requests that were to end it have not come. */
  get isPauseTooLong(): boolean {
    return this.#pause > 0 && this.#clock.now() - this.#pauseStart > MAX_PAUSE_MS
  }

  /** To be called at a collection: wants twice the keys again when requests have become few; returns whether it does. */
  relax(): boolean {
    const now = this.#clock.now()
    const elapsed = now - this.#collectedAt
    if (elapsed < MAX_PAUSE_MS) return false
    const rate = (this.requests - this.#requestsAtCollection) / elapsed
    this.#collectedAt = now
    this.#requestsAtCollection = this.requests
    if (this.#share === 1 || rate * this.#share > BURST / BURST_MS / 4) return false
    this.#share *= 2
    if (this.#pause === 0) this.wantedBelow = HASHES * this.#share
    return true
  }

  #beginBurst(now: number): void {
    this.#inBurst = 0
    this.#burstStart = now
    this.#requestsAtBurst = this.requests
  }
}
