import { NONE, RecencyList } from './recency-list.ts'

/** Slots that enter under one epoch number. */
const EPOCH_LENGTH = 32

/**
 * A recency list that answers how many slots were used after a given one in about a hundred steps, however long it is:
 * slots are numbered by the epoch they entered in, and only the epochs' sizes and the slots of one epoch are counted.
 * When the numbers run out, the list is numbered afresh, which costs one step for every slot that entered since.
 */
export class RankedList {
  readonly #list: RecencyList
  readonly #epochOf: Uint8Array
  readonly #sizes: Uint16Array
  #epoch = 0
  #entered = 0

  /**
   * @param slots number of slots that exist
   * @param capacity slots that the list holds at most; up to 4,096
   */
  constructor(slots: number, capacity: number) {
    this.#list = new RecencyList(slots)
    this.#epochOf = new Uint8Array(slots)
    this.#sizes = new Uint16Array(2 * Math.ceil(capacity / EPOCH_LENGTH))
  }

  get size(): number {
    return this.#list.size
  }

  /** The slot unused for longest, or NONE. */
  get last(): number {
    return this.#list.last
  }

  /** The slots, latest first. */
  slots(): Iterable<number> {
    return this.#list
  }

  /** Puts a slot that is not in the list first. */
  push(slot: number): void {
    if (this.#entered === EPOCH_LENGTH) this.#nextEpoch()
    this.#entered++
    this.#list.push(slot)
    this.#number(slot, this.#epoch)
  }

  /** Takes a slot out that is in the list. */
  remove(slot: number): void {
    const epoch = this.#epochOf[slot] ?? 0
    this.#sizes[epoch] = (this.#sizes[epoch] ?? 0) - 1
    this.#list.remove(slot)
  }

  /** Number of slots used after this one. */
  rank(slot: number): number {
    const own = this.#epochOf[slot] ?? 0
    let rank = 0
    for (let epoch = own + 1; epoch <= this.#epoch; epoch++) rank += this.#sizes[epoch] ?? 0
    for (let other = this.#list.newer(slot); other !== NONE && this.#epochOf[other] === own; other = this.#list.newer(other)) rank++
    return rank
  }

  #nextEpoch(): void {
    this.#entered = 0
    this.#epoch++
    if (this.#epoch < this.#sizes.length) return
    this.#sizes.fill(0)
    let left = this.#list.size
    this.#epoch = Math.ceil(left / EPOCH_LENGTH)
    for (const slot of this.#list) this.#number(slot, Math.floor(--left / EPOCH_LENGTH))
  }

  #number(slot: number, epoch: number): void {
    this.#epochOf[slot] = epoch
    this.#sizes[epoch] = (this.#sizes[epoch] ?? 0) + 1
  }
}
