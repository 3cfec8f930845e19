/** The slow and obvious way of a bounded cache: a list, oldest first, that a use may renew. */
export class Reference {
  readonly #maxEntries: number
  readonly #renewed: 'on use' | 'never'
  #keys: string[] = []

  constructor(maxEntries: number, renewed: 'on use' | 'never') {
    this.#maxEntries = maxEntries
    this.#renewed = renewed
  }

  /** Requests a key, which is stored when it is not there; true when it was. */
  request(key: string): boolean {
    const hit = this.#keys.includes(key)
    if (hit && this.#renewed === 'never') return true
    this.#keys = [...this.#keys.filter((other) => other !== key), key].slice(-this.#maxEntries)
    return hit
  }
}
