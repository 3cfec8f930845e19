import { copied } from './copied.ts'
import { NONE } from './slot-list.ts'

/**
 * Several queues over the same slots, of which each stands in one at most: one pair of links a slot, however many queues
 * there are. Queue q has its two ends at place q, slot n stands at place n + the number of queues.
 */
export class SlotQueues {
  readonly #queues: number
  readonly #sizes: Int32Array
  #next: Int32Array
  #previous: Int32Array
  #queue = new Uint8Array(0)

  constructor(queues: number) {
    this.#queues = queues
    this.#sizes = new Int32Array(queues)
    this.#next = Int32Array.from({ length: queues }, (_, queue) => queue)
    this.#previous = this.#next.slice()
  }

  /** Makes room for the slots 0 to capacity − 1. */
  grow(capacity: number): void {
    this.#next = copied(this.#next, new Int32Array(capacity + this.#queues))
    this.#previous = copied(this.#previous, new Int32Array(capacity + this.#queues))
    this.#queue = copied(this.#queue, new Uint8Array(capacity))
  }

  sizeOf(queue: number): number {
    return this.#sizes[queue] ?? 0
  }

  /** The queue that a slot stands in. */
  queueOf(slot: number): number {
    return this.#queue[slot] ?? 0
  }

  /** The slot at the back of a queue, or NONE. */
  last(queue: number): number {
    const place = this.#previous[queue] ?? 0
    return place < this.#queues ? NONE : place - this.#queues
  }

  /** Puts a slot that is in no queue at the front of one. */
  unshift(queue: number, slot: number): void {
    const place = slot + this.#queues
    const first = this.#next[queue] ?? 0
    this.#next[queue] = place
    this.#next[place] = first
    this.#previous[place] = queue
    this.#previous[first] = place
    this.#queue[slot] = queue
    this.#sizes[queue] = (this.#sizes[queue] ?? 0) + 1
  }

  /** Takes a slot out of its queue. */
  remove(slot: number): void {
    const place = slot + this.#queues
    const next = this.#next[place] ?? 0
    const previous = this.#previous[place] ?? 0
    this.#next[previous] = next
    this.#previous[next] = previous
    const queue = this.queueOf(slot)
    this.#sizes[queue] = (this.#sizes[queue] ?? 0) - 1
  }

  /** Moves a slot from its queue to the front of this one, which may be the same. */
  move(queue: number, slot: number): void {
    if (this.#next[queue] === slot + this.#queues) return
    this.remove(slot)
    this.unshift(queue, slot)
  }

  /** Takes the slot at the back of a queue out and returns it, or NONE. */
  pop(queue: number): number {
    const slot = this.last(queue)
    if (slot !== NONE) this.remove(slot)
    return slot
  }
}
