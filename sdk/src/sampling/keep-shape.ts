/** What a sloppy function tells of its calls, and no other can have. */
const OWN = new Set<string | symbol>(['arguments', 'caller'])
const ALWAYS = new Set<string | symbol>(['name', 'length'])

/**
 * Gives a wrapper the name, length and properties of the function, but for those that it has itself, and what it inherits. A
 * `prototype` is shared, so that what is made by the one is an instance of the other.
 */
export function keepShape<F extends object>(wrapper: F, fn: object): F {
  for (const key of Reflect.ownKeys(fn)) {
    if (OWN.has(key) || (key !== 'prototype' && Object.hasOwn(wrapper, key) && !ALWAYS.has(key))) continue
    const descriptor = Reflect.getOwnPropertyDescriptor(fn, key)
    if (descriptor !== undefined) Reflect.defineProperty(wrapper, key, descriptor)
  }
  return Object.setPrototypeOf(wrapper, Object.getPrototypeOf(fn))
}
