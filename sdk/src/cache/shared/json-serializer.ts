import type { Serializer } from './value-codec.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * JSON, for plain data: Dates become strings, class instances plain objects. Values that it would lose are refused: cycles,
 * BigInts, functions, Maps, Sets, errors, regular expressions, promises, binary data, NaN and Infinity. `JSON.parse` makes a field named `__proto__` an
 * ordinary field, and nothing here merges values into other objects.
 */
export const jsonSerializer: Serializer = {
  name: 'json',
  serialize(value) {
    const text: string | undefined = JSON.stringify(value, onlyCarried)
    if (text === undefined) throw new TypeError('not plain data')
    return text
  },
  deserialize: (bytes) => JSON.parse(decoder.decode(bytes)),
}

/** Kinds of objects of which JSON would write an empty one, or something else that does not come back. */
const LOST = [Map, Set, WeakMap, WeakSet, Promise, Error, RegExp, ArrayBuffer, SharedArrayBuffer]

/** Called for every value within, as it is when `toJSON` has been asked; `this` holds it as it was before, as Buffers have a `toJSON`. */
function onlyCarried(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('not a finite number')
  if (typeof value !== 'object' || value === null) return value
  const before: unknown = typeof this === 'object' && this !== null ? Reflect.get(this, key) : value
  if (ArrayBuffer.isView(before) || LOST.some((kind) => value instanceof kind)) throw new TypeError('not plain data')
  return value
}
