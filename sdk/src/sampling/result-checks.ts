import { hashResult } from './hash.ts'

const PLACES = 512

/**
 * Remembers the hash of the last result of up to 512 different argument lists (4 KiB), to tell whether a repeated call
 * returned the same. Argument lists whose hashes meet in one place replace each other.
 */
export class ResultChecks {
  readonly #arguments = new Uint32Array(PLACES)
  readonly #results = new Uint32Array(PLACES)
  readonly #taken = new Uint8Array(PLACES)

  /**
   * A call with these arguments (their hash) returned this.
   * @returns whether it equals the earlier result; undefined where there is none, or no result to speak of
   */
  check(argumentsHash: number, result: unknown): boolean | undefined {
    // A function that returns nothing is called for its effect: equal nothings are no evidence that it could be cached.
    if (result === undefined) return undefined
    const place = argumentsHash % PLACES
    const hash = hashResult(result)
    const repeated = this.#taken[place] === 1 && this.#arguments[place] === argumentsHash
    const same = this.#results[place] === hash
    this.#taken[place] = 1
    this.#arguments[place] = argumentsHash
    this.#results[place] = hash
    return repeated ? same : undefined
  }
}
