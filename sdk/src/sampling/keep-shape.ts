/** What belongs to one function alone: what it makes with `new`, and what a sloppy one tells of its calls. */
const OWN = new Set<string | symbol>(['prototype', 'arguments', 'caller'])
const ALWAYS = new Set<string | symbol>(['name', 'length'])

/** Gives a wrapper the name, length and properties of the function, but for those that it has itself, and what it inherits. */
export function keepShape<F extends object>(wrapper: F, fn: object): F {
  for (const key of Reflect.ownKeys(fn)) {
    if (OWN.has(key) || (Object.hasOwn(wrapper, key) && !ALWAYS.has(key))) continue
    const descriptor = Reflect.getOwnPropertyDescriptor(fn, key)
    if (descriptor !== undefined) Reflect.defineProperty(wrapper, key, descriptor)
  }
  return Object.setPrototypeOf(wrapper, Object.getPrototypeOf(fn))
}
