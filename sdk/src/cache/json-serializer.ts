import type { Serializer } from './value-codec.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * JSON, for plain data: Dates become strings, class instances plain objects. Values that it would lose are refused: cycles,
 * BigInts, functions, Maps, Sets, promises, binary data, NaN and Infinity. `JSON.parse` makes a field named `__proto__` an
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

/** Called for every value within, as it is when `toJSON` has been asked. JSON would write an empty object, or null. */
function onlyCarried(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('not a finite number')
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Map || value instanceof Set || value instanceof Promise || ArrayBuffer.isView(value))
    throw new TypeError('not plain data')
  return value
}
