import { MissingScopeError, OptionError } from '../errors.ts'
import { keyOfArguments, keyOfText, scopedKey } from './key.ts'

/** How keys are made from arguments. */
export interface KeyOptions {
  readonly key?: ((...args: unknown[]) => unknown) | undefined
  readonly scope?: ((...args: unknown[]) => unknown) | undefined
}

/** The key of a call, or undefined when its arguments make none. Throws what the user's functions throw. */
export type ArgumentKeys = (args: readonly unknown[]) => string | undefined

/**
 * How a cache makes its keys.
 * @param cacheName for errors
 * @throws OptionError, one sentence, for an option that is no function
 */
export function argumentKeys(cacheName: string, { key, scope }: KeyOptions): ArgumentKeys {
  if (key !== undefined && typeof key !== 'function') throw new OptionError('key', key, 'a function')
  if (scope !== undefined && typeof scope !== 'function') throw new OptionError('scope', scope, 'a function')
  const plain: ArgumentKeys = key === undefined ? keyOfArguments : (args) => textKey(key(...args))
  if (scope === undefined) return plain
  return (args) => {
    const text = scope(...args)
    if (typeof text !== 'string' || text === '') throw new MissingScopeError(cacheName)
    const inner = plain(args)
    return inner === undefined ? undefined : scopedKey(text, inner)
  }
}

/** What is no string makes no key. */
function textKey(text: unknown): string | undefined {
  return typeof text === 'string' ? keyOfText(text) : undefined
}
