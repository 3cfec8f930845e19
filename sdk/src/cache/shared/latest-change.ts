/** Which change of a key is the last one, while some take several steps to be made: an older one must not arrive after it. */
export class LatestChange {
  readonly #preparing = new Map<string, object>()

  /** A change begins that needs some steps; tells, once, whether no other has begun since. */
  begin(key: string): () => boolean {
    const change = {}
    this.#preparing.set(key, change)
    return () => this.#preparing.get(key) === change && this.#preparing.delete(key)
  }

  /** A change is made in one step. */
  supersede(key: string): void {
    this.#preparing.delete(key)
  }
}
