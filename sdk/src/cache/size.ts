/** Values within one value that are looked at; what is beyond is taken to be like them. */
const MAX_LOOKED_AT = 1_000

/** Bytes of an object, a field, a number, as V8 keeps them on a 64-bit machine. */
const OBJECT_BYTES = 24
const FIELD_BYTES = 8
const ENTRY_BYTES = 32

/**
 * About how many bytes a value takes in memory: strings with one byte a character or two, binary data as it is, all else by
 * its fields. Shared parts count once. Of large values a part is looked at, so that it takes at most some 50 µs.
 */
export function estimatedBytes(value: unknown): number {
  const seen = new Set<object>()
  const left: unknown[] = [value]
  let bytes = 0
  let looked = 0
  while (left.length > 0 && looked < MAX_LOOKED_AT) {
    looked += 1
    bytes += ownBytes(left.pop(), left, seen)
  }
  return left.length === 0 ? bytes : Math.round((bytes * (looked + left.length)) / looked)
}

/** Bytes of a value without what it refers to, which is left for later. */
function ownBytes(value: unknown, left: unknown[], seen: Set<object>): number {
  if (typeof value === 'string') return OBJECT_BYTES + value.length * (isOneByte(value) ? 1 : 2)
  if (typeof value === 'bigint') return OBJECT_BYTES + value.toString(16).length / 2
  if (typeof value !== 'object' || value === null || seen.has(value)) return FIELD_BYTES
  seen.add(value)
  if (ArrayBuffer.isView(value)) return OBJECT_BYTES + value.byteLength
  if (value instanceof ArrayBuffer) return OBJECT_BYTES + value.byteLength
  if (value instanceof Map || value instanceof Set) {
    for (const entry of value) left.push(entry)
    return OBJECT_BYTES + value.size * ENTRY_BYTES
  }
  if (Array.isArray(value)) return listBytes(value, left)
  let fields = 0
  for (const key of Object.keys(value)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key)
    if (descriptor !== undefined && 'value' in descriptor) left.push(descriptor.value)
    fields += 1
  }
  return OBJECT_BYTES + fields * FIELD_BYTES
}

function listBytes(list: readonly unknown[], left: unknown[]): number {
  const looked = Math.min(list.length, MAX_LOOKED_AT)
  const before = left.length
  for (let index = 0; index < looked; index++) left.push(list[index])
  // Long lists of one kind: what is not looked at counts as a field each here, and by the share that was looked at below.
  return OBJECT_BYTES + list.length * FIELD_BYTES + (left.length - before < list.length ? (list.length - looked) * FIELD_BYTES : 0)
}

function isOneByte(text: string): boolean {
  return !/[^\0-\xff]/.test(text.length > 256 ? text.slice(0, 256) : text)
}
