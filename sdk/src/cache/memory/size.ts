/** Bytes of an object's head, of a field, and of a place in a Map or Set, as V8 keeps them on a 64-bit machine. */
const OBJECT_BYTES = 24
const FIELD_BYTES = 8
const ENTRY_BYTES = 32

/** Parts of one container that are looked at; the others are taken to be like them. */
const SAMPLE = 100
/** Values that one estimate looks at: the bound on its time, some 50 µs. */
const MAX_LOOKED_AT = 1_000

/**
 * About how many bytes a value takes in memory: strings with one byte a character or two, binary data as it is, all else by
 * what it holds. Shared parts count once. Of large values a part is looked at.
 */
export function estimatedBytes(value: unknown): number {
  return FIELD_BYTES + new Estimate().bytesOf(value)
}

class Estimate {
  readonly #seen = new Set<object>()
  #left = MAX_LOOKED_AT

  /** Bytes of a value without the place where it stands. */
  bytesOf(value: unknown): number {
    this.#left -= 1
    if (typeof value === 'string') return OBJECT_BYTES + value.length * (isOneByte(value) ? 1 : 2)
    if (typeof value === 'bigint') return OBJECT_BYTES + value.toString(16).length / 2
    if (typeof value !== 'object' || value === null || this.#seen.has(value)) return 0
    this.#seen.add(value)
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return OBJECT_BYTES + value.byteLength
    if (Array.isArray(value)) return OBJECT_BYTES + value.length * FIELD_BYTES + this.#sum(value, value.length)
    if (value instanceof Map) return OBJECT_BYTES + value.size * ENTRY_BYTES + this.#sum(flat(value), 2 * value.size)
    if (value instanceof Set) return OBJECT_BYTES + value.size * ENTRY_BYTES + this.#sum(value, value.size)
    const keys = Object.keys(value)
    return OBJECT_BYTES + keys.length * FIELD_BYTES + this.#sum(fields(value, keys), keys.length)
  }

  /** Bytes of all parts, from those that are looked at. */
  #sum(parts: Iterable<unknown>, count: number): number {
    let [looked, bytes] = [0, 0]
    for (const part of parts) {
      if (looked >= SAMPLE || this.#left <= 0) break
      bytes += this.bytesOf(part)
      looked += 1
    }
    return looked === 0 ? 0 : (bytes * count) / looked
  }
}

function* flat(map: ReadonlyMap<unknown, unknown>): Generator<unknown> {
  for (const entry of map) yield* entry
}

/** The values of fields; getters are left alone, because reading one could do anything. */
function* fields(value: object, keys: readonly string[]): Generator<unknown> {
  for (const key of keys) yield Reflect.getOwnPropertyDescriptor(value, key)?.value
}

function isOneByte(text: string): boolean {
  // Enough to tell the language of a text.
  return !/[^\0-\xff]/.test(text.slice(0, 256))
}
