/** Grows when entries are written in another way: what an older or newer version wrote is then absent, not misread. */
const VERSION = 1

/** A value as text, or undefined for one that JSON would lose (cycles, BigInt, functions, Maps, Sets, promises, binary data, NaN). */
export function encode(value: unknown): string | undefined {
  try {
    const json: string | undefined = JSON.stringify(value, onlyCarried)
    return json === undefined ? undefined : `{"v":${VERSION},"value":${json}}`
  } catch {
    return undefined
  }
}

/** Called for every value within, as it is when `toJSON` has been asked. JSON would write an empty object, or null. */
function onlyCarried(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('not a finite number')
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Map || value instanceof Set || value instanceof Promise || ArrayBuffer.isView(value))
    throw new TypeError('not plain data')
  return value
}

/**
 * The value in a text, or undefined when it is not one that this version wrote. Values are plain data: `JSON.parse` makes a
 * field named `__proto__` an ordinary field, and nothing here merges them into other objects.
 */
export function decode(text: string): unknown {
  try {
    const envelope: unknown = JSON.parse(text)
    if (typeof envelope !== 'object' || envelope === null || !Object.hasOwn(envelope, 'v') || !Object.hasOwn(envelope, 'value'))
      return undefined
    return 'v' in envelope && envelope.v === VERSION && 'value' in envelope ? envelope.value : undefined
  } catch {
    return undefined
  }
}
