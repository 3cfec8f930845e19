/** Providers forget what was not asked for so long, milliseconds. */
const KEPT_MS = 5 * 60_000
/** Tokens that a beginning must have to be kept. */
const SHORTEST = 1_024
const CHARACTERS_PER_TOKEN = 4

/** What a provider remembers of prompts: whole messages from the first one on, and not on every one of its servers. */
export class ProviderCache {
  readonly #seenAt = new Map<string, number>()
  readonly #random: () => number
  readonly #found: number

  /** @param found share of the calls that come to a server which has the beginning */
  constructor(random: () => number, found: number) {
    this.#random = random
    this.#found = found
  }

  /** Tokens of a prompt, and those of them that are read from the cache. */
  read(messages: readonly string[], now: number): { readonly input: number; readonly cachedInput: number } {
    let [beginning, cached, length] = ['', 0, 0]
    const isFound = this.#random() < this.#found
    for (const message of messages) {
      beginning += message
      const seenAt = this.#seenAt.get(beginning)
      if (isFound && cached === length && seenAt !== undefined && now - seenAt < KEPT_MS) cached += message.length
      length += message.length
      this.#seenAt.delete(beginning)
      this.#seenAt.set(beginning, now)
    }
    for (const [text, at] of this.#seenAt) {
      if (now - at < KEPT_MS) break
      this.#seenAt.delete(text)
    }
    const tokens = cached / CHARACTERS_PER_TOKEN
    return { input: length / CHARACTERS_PER_TOKEN, cachedInput: tokens < SHORTEST ? 0 : tokens }
  }
}
