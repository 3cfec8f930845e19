/**
 * Freezes a value and all that it holds, so that callers who share it cannot change it for each other. Binary data cannot be
 * frozen, and what Maps, Sets and private fields hold is out of reach: those stay as they are.
 */
export function deepFreeze(value: unknown): void {
  const seen = new Set<object>()
  const left: unknown[] = [value]
  while (left.length > 0) {
    const next = left.pop()
    if (typeof next !== 'object' || next === null || ArrayBuffer.isView(next) || seen.has(next)) continue
    seen.add(next)
    Object.freeze(next)
    for (const key of Reflect.ownKeys(next)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(next, key)
      // A getter is left alone: reading it could do anything.
      if (descriptor !== undefined && 'value' in descriptor) left.push(descriptor.value)
    }
  }
}
