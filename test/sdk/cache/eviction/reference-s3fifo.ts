import type { ReferencePolicy } from './reference.ts'

/** The queues as lists, oldest first. */
export class ReferenceS3Fifo implements ReferencePolicy {
  #small: string[] = []
  #main: string[] = []
  /** Keys that left the small queue; undefined in the place of one that came again. */
  #ghosts: (string | undefined)[] = []
  readonly #uses = new Map<string, number>()
  #mainSize = 0

  added(key: string): void {
    const ghost = this.#ghosts.slice(Math.max(0, this.#ghosts.length - this.#mainSize)).includes(key)
    this.#ghosts = this.#ghosts.map((other) => (ghost && other === key ? undefined : other))
    this.#uses.set(key, 0)
    if (ghost) this.#main.push(key)
    else this.#small.push(key)
  }

  used(key: string): void {
    this.#uses.set(key, Math.min((this.#uses.get(key) ?? 0) + 1, 3))
  }

  replaced(key: string): void {
    this.used(key)
  }

  removed(key: string): void {
    this.#small = this.#small.filter((other) => other !== key)
    this.#main = this.#main.filter((other) => other !== key)
  }

  evict(): string | undefined {
    const size = this.#small.length + this.#main.length
    this.#mainSize = size - Math.max(1, Math.floor(size / 10))
    while (this.#small.length > 0 && this.#main.length <= this.#mainSize) {
      const key = this.#small.shift() ?? ''
      if ((this.#uses.get(key) ?? 0) < 2) {
        this.#ghosts.push(key)
        return key
      }
      this.#uses.set(key, 0)
      this.#main.push(key)
    }
    for (;;) {
      const key = this.#main.shift()
      const uses = this.#uses.get(key ?? '') ?? 0
      if (key === undefined || uses === 0) return key
      this.#uses.set(key, uses - 1)
      this.#main.push(key)
    }
  }
}
