/** MurmurHash3 (x86, 32 bits; Austin Appleby, public domain) fed word by word, so that structures are hashed without being serialized. */
export class HashState {
  #hash = 0
  #words = 0

  /** Adds one 32-bit word. */
  add(word: number): void {
    this.#hash = mix(this.#hash, word)
    this.#words++
  }

  /** Adds the UTF-16 units [from, to) of a string, two a word. */
  addText(text: string, from: number, to: number): void {
    let hash = this.#hash
    const pairsEnd = from + ((to - from) & ~1)
    for (let index = from; index < pairsEnd; index += 2) hash = mix(hash, text.charCodeAt(index) | (text.charCodeAt(index + 1) << 16))
    if (pairsEnd < to) hash = mix(hash, text.charCodeAt(pairsEnd))
    this.#hash = hash
    this.#words += to - from
  }

  /** The hash as uint32. */
  digest(): number {
    let hash = this.#hash ^ this.#words
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return (hash ^ (hash >>> 16)) >>> 0
  }
}

function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  const h = hash ^ k
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}
