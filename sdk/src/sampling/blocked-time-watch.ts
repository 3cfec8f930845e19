import { BLOCK_THRESHOLD_MS, type BlockedTime } from './blocked-time.ts'

/**
 * Splits the blocked time that neither a profiled function nor the watchdog has reported between garbage collection and
 * other code, interval by interval. An interval is judged when the next one ends, because Node tells of a collection
 * after it, and a block is reported when it is over. All times in milliseconds.
 */
export class BlockedTimeWatch {
  readonly #blockedTime: BlockedTime
  #reported: number
  #unexplained = 0
  /** What the last interval left over of collections and reports: their iteration may end in the next one. */
  #collected = 0
  #explained = 0

  constructor(blockedTime: BlockedTime) {
    this.#blockedTime = blockedTime
    this.#reported = blockedTime.reported
  }

  /**
   * An interval ends.
   * @param blocked time in iterations of the loop that took longer than the threshold
   * @param collected time of long garbage collections
   */
  interval(blocked: number, collected: number): void {
    const reported = this.#blockedTime.reported - this.#reported
    this.#reported += reported
    // The oldest first: the watchdog reports a block a moment after its end, a function before its iteration is measured.
    const late = Math.min(this.#explained + reported, this.#unexplained)
    const explained = Math.min(this.#explained + reported - late, blocked)
    this.#unexplained -= late
    const byCollector = Math.min(this.#collected + collected, this.#unexplained)
    const byOthers = this.#unexplained - byCollector
    if (byCollector >= BLOCK_THRESHOLD_MS) this.#blockedTime.byCollector(byCollector)
    if (byOthers >= BLOCK_THRESHOLD_MS) this.#blockedTime.byOthers(byOthers)
    this.#collected = Math.min(collected, this.#collected + collected - byCollector)
    this.#unexplained = blocked - explained
    this.#explained = Math.min(reported, this.#explained + reported - explained - late)
  }
}
