import { OptionError } from '../errors.ts'
import { ownLru } from './observed/own.ts'

/** Namespaces of one cache that are kept although nobody holds them; beyond, the one that was asked for last goes with its entries. */
const MAX_KEPT = 1_000

/** A name within a path of names, as one text: no two paths of whatever names give the same. @param path undefined at the top */
export function pathOf(path: string | undefined, name: string): string {
  const part = name.replaceAll(/[%/]/g, (character) => (character === '%' ? '%25' : '%2F'))
  return path === undefined ? part : `${path}/${part}`
}

/** Where a shared storage keeps the entries of a cache and a namespace within it. @param part path of the namespace */
export function placeOf(cacheName: string, part: string | undefined): string {
  const name = pathOf(undefined, cacheName)
  return part === undefined ? name : `${name}/${part}`
}

/** The namespaces of one cache by name: the same one for the same name, for as long as anybody holds it. */
export class Namespaces<N extends WeakKey> {
  readonly #kept = ownLru<string, N>(MAX_KEPT)
  readonly #all = new Map<string, WeakRef<N>>()
  readonly #collected = new FinalizationRegistry<string>((name) => {
    if (this.#all.get(name)?.deref() === undefined) this.#all.delete(name)
  })

  /** @throws OptionError when the name cannot be one */
  of(name: string, make: () => N): N {
    if (typeof name !== 'string' || name === '') throw new OptionError('the namespace', name, 'a string of at least one character')
    const known = this.#kept.get(name) ?? this.#all.get(name)?.deref()
    const namespace = known ?? make()
    this.#kept.set(name, namespace)
    if (known !== undefined) return known
    this.#all.set(name, new WeakRef(namespace))
    this.#collected.register(namespace, name)
    return namespace
  }
}
