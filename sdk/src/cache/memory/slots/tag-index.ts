/** Which slots carry which tags. Slots without tags cost nothing here. */
export class TagIndex {
  readonly #slots = new Map<string, Set<number>>()
  readonly #tags = new Map<number, readonly string[]>()

  /** Gives tags to a slot that has none. */
  add(slot: number, tags: readonly string[]): void {
    this.#tags.set(slot, tags)
    for (const tag of tags) {
      const slots = this.#slots.get(tag)
      if (slots === undefined) this.#slots.set(tag, new Set([slot]))
      else slots.add(slot)
    }
  }

  /** Forgets a slot, which may have no tags. */
  remove(slot: number): void {
    const tags = this.#tags.get(slot)
    if (tags === undefined) return
    this.#tags.delete(slot)
    for (const tag of tags) {
      const slots = this.#slots.get(tag)
      slots?.delete(slot)
      if (slots?.size === 0) this.#slots.delete(tag)
    }
  }

  /** The slots with this tag, as they are now. */
  slotsOf(tag: string): number[] {
    return [...(this.#slots.get(tag) ?? [])]
  }

  tagsOf(slot: number): readonly string[] {
    return this.#tags.get(slot) ?? []
  }
}
