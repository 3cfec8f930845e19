import { hashString } from '../sampling/hash.ts'
import { HashState } from '../sampling/hash-state.ts'

/** Length of a block, in UTF-16 units: 256 tokens or so. */
const BLOCK = 1_024

/** Hashes that are remembered, two of each block, of all models together (about 0.4 MiB). */
const MAX_HASHES = 8_192

/** Providers keep a prompt for five to ten minutes after its last use (OpenAI and Anthropic, "prompt caching"), milliseconds. */
const KEPT_MS = 5 * 60_000

/** Nor do they keep what is shorter than 1,024 tokens; four characters make about one. */
const SHORTEST = 4_096

/** A prompt by what was known of it, in UTF-16 units. */
export interface PromptParts {
  /** Its beginning, up to the first block that no recent prompt had at its beginning. */
  readonly prefix: number
  /** Blocks behind it that recent prompts had somewhere. */
  readonly repeated: number
  readonly new: number
  /** Hash of the whole of it. */
  readonly hash: number
}

/** Remembers hashes of the blocks of recent prompts, never the prompts: what a provider's cache could have had. */
export class PromptBlocks {
  /** When a block, or a beginning that ends with it, was last sent. */
  readonly #seenAt = new Map<number, number>()

  /**
   * @param model the cache of a provider is one of a model
   * @param now milliseconds
   */
  add(model: string, messages: readonly string[], now: number): PromptParts {
    const seed = hashString(model)
    let hash = seed
    let prefix = 0
    let repeated = 0
    let length = 0
    let isPrefix = true
    for (const message of messages) {
      // A block never reaches over the end of a message, so that a message is found again whatever stands before it.
      for (let start = 0; start < message.length; start += BLOCK) {
        const size = Math.min(BLOCK, message.length - start)
        const content = hashOf(message, start, start + size)
        hash = combined(hash, content)
        const isKnown = this.#see(combined(content, seed), now)
        isPrefix = this.#see(hash, now) && isPrefix
        if (isPrefix) prefix += size
        else if (isKnown) repeated += size
        length += size
      }
    }
    if (prefix + repeated < SHORTEST) [prefix, repeated] = [0, 0]
    // A beginning that is too short to be kept is not: it counts as what could stand in a longer one.
    else if (prefix < SHORTEST) [prefix, repeated] = [0, prefix + repeated]
    return { prefix, repeated, new: length - prefix - repeated, hash }
  }

  /** Whether a hash was seen in the last minutes; it is from now on. */
  #see(hash: number, now: number): boolean {
    const seenAt = this.#seenAt.get(hash)
    this.#seenAt.delete(hash)
    this.#seenAt.set(hash, now)
    const oldest = this.#seenAt.size > MAX_HASHES ? this.#seenAt.keys().next().value : undefined
    if (oldest !== undefined) this.#seenAt.delete(oldest)
    return seenAt !== undefined && now - seenAt <= KEPT_MS
  }
}

function hashOf(text: string, from: number, to: number): number {
  const state = new HashState()
  state.addText(text, from, to)
  return state.digest()
}

function combined(one: number, other: number): number {
  const state = new HashState()
  state.add(one)
  state.add(other)
  return state.digest()
}
