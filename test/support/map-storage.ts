import type { Reading, SharedStorage, StoredValue } from '../../sdk/src/cache/shared/shared-storage.ts'

/** A value that stays fresh for ever. */
export function storedValue(value: unknown, tags: readonly string[] = []): StoredValue {
  return { value, freshMs: Number.POSITIVE_INFINITY, servedMs: Number.POSITIVE_INFINITY, loadMs: 0, tags }
}

/** A shared storage in a Map of this process, in one of three states; `asked` counts its calls. */
export class MapStorage implements SharedStorage {
  readonly tier = 'redis'
  readonly deadlineMs: number
  readonly values = new Map<string, StoredValue>()
  readonly fences = new Map<string, number>()
  state: 'up' | 'down' | 'frozen' = 'up'
  asked = 0

  constructor(deadlineMs: number = 5) {
    this.deadlineMs = deadlineMs
  }

  read(key: string): Promise<Reading> {
    return this.answer(() => ({ found: this.values.get(key), token: this.#fenceOf(key), holdsLock: false, released: undefined }))
  }

  write(key: string, value: StoredValue, token: string): Promise<'stored' | 'outdated'> {
    return this.answer(() => {
      if (token !== this.#fenceOf(key)) return 'outdated'
      this.values.set(key, value)
      return 'stored'
    })
  }

  set(key: string, value: StoredValue, _agoMs: number): Promise<void> {
    return this.answer(() => {
      this.#raiseFence(key)
      this.values.set(key, value)
    })
  }

  delete(key: string, _agoMs: number): Promise<void> {
    return this.answer(() => {
      this.#raiseFence(key)
      this.values.delete(key)
    })
  }

  tagId(tag: string): string {
    return tag
  }

  deleteTag(tag: string): Promise<void> {
    return this.answer(() => {
      for (const [key, { tags }] of this.values) if (tags.includes(tag)) this.values.delete(key)
    })
  }

  clear(): Promise<void> {
    return this.answer(() => this.values.clear())
  }

  close(): Promise<void> {
    return this.answer(() => {})
  }

  /** What a call gives in the present state. */
  answer<T>(action: () => T): Promise<T> {
    this.asked += 1
    if (this.state === 'down') return Promise.reject(new Error('connect ECONNREFUSED'))
    return this.state === 'up' ? Promise.resolve().then(action) : new Promise(() => {})
  }

  #fenceOf(key: string): string {
    return String(this.fences.get(key) ?? 0)
  }

  #raiseFence(key: string): void {
    this.fences.set(key, (this.fences.get(key) ?? 0) + 1)
  }
}
