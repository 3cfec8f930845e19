import { OptionError } from '../../errors.ts'
import { checkOptions } from '../options/check-options.ts'
import { plainBackend, type PlainBackendOptions, plainBackendOptions } from '../plain-backend.ts'
import type { SharedBackend } from './backend.ts'

/** What is needed of a Storage of unstorage (1.x). */
export interface UnstorageLike {
  getItem(key: string): Promise<unknown>
  setItem(key: string, value: string, options: { readonly ttl: number }): Promise<void>
}

/** What `unstorage()` may be told. */
export interface UnstorageOptions extends PlainBackendOptions {
  /** What `createStorage` made, on any driver; also `useStorage()` of Nitro. */
  readonly storage: UnstorageLike
}

/**
 * Keeps entries in any storage of unstorage, shared by all processes that use it: see `plainBackend` for what that can do and
 * what not. Its driver has to reject, or not to answer, when it cannot reach its server. A driver without times to live keeps
 * what has expired until it is set anew. Closing a cache does not dispose of the storage.
 * @throws OptionError, one sentence, for an option that cannot be what it is
 */
export function unstorage(options: UnstorageOptions): SharedBackend {
  checkOptions('unstorage', options, ['storage', ...plainBackendOptions])
  const { storage, ...others } = options
  if (typeof storage?.getItem !== 'function' || typeof storage.setItem !== 'function')
    throw new OptionError('storage', storage, 'what createStorage() of unstorage makes')
  const store = {
    tier: 'unstorage',
    async get(name: string): Promise<string | undefined> {
      const item = await storage.getItem(name)
      return typeof item === 'string' ? item : undefined
    },
    // Its times to live are seconds.
    set: (name: string, text: string, ttlMs: number) => storage.setItem(name, text, { ttl: Math.ceil(ttlMs / 1_000) }),
  }
  return plainBackend(store, others)
}

export { unstorage as default }
