import { copied } from './copied.ts'

/** Highest count. */
const MAX_COUNT = 15
/** Words of 8 counters for each entry of the capacity. */
const WORDS_PER_ENTRY = 1
/** Words that one key's counters stand in: 64 bytes, what a processor fetches at once. */
const BLOCK = 16
const ROWS = 4
/** Below this, keys of small caches would share too many counters. */
const FIRST_WORDS = 256
/** Counts of a whole sweep, as a multiple of the capacity. */
const PERIOD = 5

/**
 * About how often each key came lately, for keys that are in the cache and for those that are not: a count-min sketch of
 * 4-bit counters (Cormode and Muthukrishnan 2005) whose counts fade, as TinyLFU has it (Einziger, Friedman and Manes 2017).
 * Instead of all at once, which is a pause, the counters are halved a word at a time, each once in five times the capacity.
 */
export class FrequencySketch {
  #words = new Int32Array(FIRST_WORDS)
  #capacity = 1
  /** Word that is halved next, and the share of it that is due. */
  #swept = 0
  #due = 0

  /** Makes room for as many keys. Counts stay: both halves of the larger sketch begin as what there was. */
  grow(capacity: number): void {
    this.#capacity = capacity
    while (this.#words.length < capacity * WORDS_PER_ENTRY) {
      const { length } = this.#words
      this.#words = copied(this.#words, new Int32Array(2 * length)).copyWithin(length, 0, length)
    }
  }

  /** Counts a key by its hash. */
  add(hash: number): void {
    const words = this.#words
    const spread = spreadOut(hash)
    const block = this.#blockOf(spread)
    for (let row = 0, picks = picksOf(spread); row < ROWS; row++, picks >>>= 5) {
      const at = block + row * ROWS + (picks & 3)
      const word = words[at] ?? 0
      const shift = picks & 28
      if (((word >>> shift) & MAX_COUNT) < MAX_COUNT) words[at] = word + (1 << shift)
    }
    this.#fade()
  }

  /** How often a key came lately, 0 to 15; seldom less than it was, sometimes more. */
  countOf(hash: number): number {
    const spread = spreadOut(hash)
    const block = this.#blockOf(spread)
    let least = MAX_COUNT
    for (let row = 0, picks = picksOf(spread); row < ROWS; row++, picks >>>= 5) {
      const word = this.#words[block + row * ROWS + (picks & 3)] ?? 0
      least = Math.min(least, (word >>> (picks & 28)) & MAX_COUNT)
    }
    return least
  }

  /** Place of the first word of a key's block. */
  #blockOf(spread: number): number {
    return (spread & (this.#words.length / BLOCK - 1)) * BLOCK
  }

  #fade(): void {
    this.#due += this.#words.length
    const each = PERIOD * this.#capacity
    while (this.#due >= each) {
      this.#due -= each
      this.#words[this.#swept] = ((this.#words[this.#swept] ?? 0) >>> 1) & 0x7777_7777
      this.#swept = this.#swept + 1 < this.#words.length ? this.#swept + 1 : 0
    }
  }
}

function spreadOut(hash: number): number {
  let spread = Math.imul(hash, 0x85eb_ca6b)
  spread ^= spread >>> 13
  spread = Math.imul(spread, 0xc2b2_ae35)
  return spread ^ (spread >>> 16)
}

/** Five bits for each row: which of its four words, and which counter of that. */
function picksOf(spread: number): number {
  const picks = Math.imul(spread, 0x9e37_79b1)
  return picks ^ (picks >>> 15)
}
