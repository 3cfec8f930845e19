/** Which slots hold entries whose keys have a hash, for caches that are told by other processes, who send hashes instead of keys. */
export class HashSlots {
  // Nearly every hash belongs to one slot; a set for each would take ten times the room.
  readonly #slots = new Map<number, number | readonly number[]>()

  add(hash: number, slot: number): void {
    const others = this.slotsOf(hash)
    this.#slots.set(hash | 0, others.length === 0 ? slot : [...others, slot])
  }

  remove(hash: number, slot: number): void {
    const others = this.slotsOf(hash).filter((other) => other !== slot)
    if (others.length === 0) this.#slots.delete(hash | 0)
    else this.#slots.set(hash | 0, others)
  }

  slotsOf(hash: number): readonly number[] {
    const slots = this.#slots.get(hash | 0)
    return slots === undefined ? [] : typeof slots === 'number' ? [slots] : slots
  }
}
