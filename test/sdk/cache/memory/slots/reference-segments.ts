/** Window, probation and protected as lists of keys, the latest first, that are searched from end to end. */
export class ReferenceSegments<Key> {
  windowShare: number
  readonly #frequency: (key: Key) => number
  #window: Key[] = []
  #probation: Key[] = []
  #protected: Key[] = []
  #windowSize = 0
  #protectedSize = 0

  constructor(windowShare: number, frequency: (key: Key) => number) {
    this.windowShare = windowShare
    this.#frequency = frequency
  }

  add(key: Key): void {
    this.#window.unshift(key)
  }

  use(key: Key): void {
    const toWindow = this.#window.includes(key) || this.#window.length < this.#windowSize
    this.remove(key)
    if (toWindow) {
      this.#window.unshift(key)
      return
    }
    this.#protected.unshift(key)
    if (this.#protected.length > this.#protectedSize) this.#probation.unshift(...this.#protected.splice(-1))
  }

  remove(key: Key): void {
    this.#window = this.#window.filter((other) => other !== key)
    this.#probation = this.#probation.filter((other) => other !== key)
    this.#protected = this.#protected.filter((other) => other !== key)
  }

  evict(): Key | undefined {
    const size = this.#window.length + this.#probation.length + this.#protected.length
    this.#windowSize = Math.max(1, Math.round(size * this.windowShare))
    this.#protectedSize = Math.floor(Math.max(0, size - this.#windowSize) * 0.8)
    const tooMany = Math.max(0, this.#window.length - this.#windowSize)
    for (let moved = 0; moved < Math.min(3, tooMany); moved++) this.#probation.unshift(...this.#window.splice(-1))
    const oldest = this.#probation.at(-1) ?? this.#protected.at(-1)
    if (oldest === undefined) return this.#window.pop()
    const candidate = this.#window.at(-1)
    if (candidate !== undefined && this.#window.length >= this.#windowSize) {
      if (this.#frequency(candidate) <= this.#frequency(oldest)) return this.#window.pop()
      this.#probation.unshift(...this.#window.splice(-1))
    }
    this.remove(oldest)
    return oldest
  }
}
