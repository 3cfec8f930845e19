/** A read of a key that is under way. */
export interface PendingRead {
  readonly key: string
  /** Whether the key was changed since it began: what it finds is worthless then. */
  isOutdated: boolean
}

/** The reads of a shared tier that are under way: an answer may take several steps, and a change is quicker to be confirmed. */
export class PendingReads {
  readonly #reads = new Map<string, Set<PendingRead>>()

  begin(key: string, isOutdated: boolean): PendingRead {
    const read = { key, isOutdated }
    const others = this.#reads.get(key)
    if (others === undefined) this.#reads.set(key, new Set([read]))
    else others.add(read)
    return read
  }

  end(read: PendingRead): void {
    const others = this.#reads.get(read.key)
    others?.delete(read)
    if (others?.size === 0) this.#reads.delete(read.key)
  }

  /** A key is changed. */
  outdate(key: string): void {
    for (const read of this.#reads.get(key) ?? []) read.isOutdated = true
  }

  /** Many keys are changed, and it is not known which. */
  outdateAll(): void {
    for (const key of this.#reads.keys()) this.outdate(key)
  }
}
