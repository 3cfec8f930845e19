import type { EvictionOptions, EvictionPolicy, EvictionStore } from './policy.ts'

/** Drops what was stored first, used or not: for values whose worth fades with age, such as polled states. */
export function fifo(): EvictionPolicy {
  return (options) => new FifoStore(options)
}

export { fifo as default }

class FifoStore<V extends {}> implements EvictionStore<V> {
  readonly max: number
  // A Map keeps the order of insertion, and replacing a value does not move its key.
  readonly #values = new Map<string, V>()
  readonly #onEvict: ((value: V, key: string) => void) | undefined

  constructor({ maxEntries, onEvict }: EvictionOptions<V>) {
    this.max = maxEntries
    this.#onEvict = onEvict
  }

  get size(): number {
    return this.#values.size
  }

  get(key: string): V | undefined {
    return this.#values.get(key)
  }

  peek(key: string): V | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: V): void {
    if (this.#values.size >= this.max && !this.#values.has(key)) this.#dropOldest()
    this.#values.set(key, value)
  }

  delete(key: string): boolean {
    return this.#values.delete(key)
  }

  clear(): void {
    this.#values.clear()
  }

  #dropOldest(): void {
    for (const [key, value] of this.#values) {
      this.#values.delete(key)
      this.#onEvict?.(value, key)
      return
    }
  }
}
