/**
 * Whether a value can be read only once, so that who gets it next would find it empty: generators and other iterators,
 * streams and whatever else is iterated by `for await`, and what `fetch` resolves to.
 */
export function isReadOnce(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if (Symbol.asyncIterator in value || 'bodyUsed' in value) return true
  return Symbol.iterator in value && 'next' in value && typeof value.next === 'function'
}
