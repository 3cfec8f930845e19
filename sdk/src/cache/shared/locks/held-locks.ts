/** The locks of one namespace that this process holds, by key. */
export class HeldLocks {
  readonly #origin: string
  readonly #holders = new Map<string, string>()
  #asked = 0

  /** @param origin names this process */
  constructor(origin: string) {
    this.#origin = origin
  }

  /** The name under which the next lock is asked for. */
  nextHolder(): string {
    return `${this.#origin}.${++this.#asked}`
  }

  /** This process holds the lock of a key now. */
  take(key: string, holder: string): void {
    this.#holders.set(key, holder)
  }

  /** The name under which this process holds the lock of a key; undefined when it does not. */
  holderOf(key: string): string | undefined {
    return this.#holders.get(key)
  }

  /** The same, and from now on it is not held any more. */
  letGo(key: string): string | undefined {
    const holder = this.#holders.get(key)
    this.#holders.delete(key)
    return holder
  }
}
