import { callSite } from '../call-site.ts'
import { argumentKeys } from './argument-keys.ts'
import type { LocalBackend, SharedBackend } from './backends/backend.ts'
import { checkOptions } from './options/check-options.ts'
import type { AsyncCache, CacheHandle, SyncCache } from './handle.ts'
import { openHandle } from './open-handle.ts'
import { cacheOptions, type CacheOptions, settingsOf } from './options/options.ts'
import { findCache } from './registry.ts'

/** Options of `createCache`: a cache that is used by hand has to have a name. */
export interface CreateCacheOptions extends CacheOptions {
  readonly name: string
  /** Whom an entry is for (a tenant), asked at each call with the key; it becomes part of the key. @throws MissingScopeError when that is no text */
  readonly scope?: (key: string) => string | undefined
}

/**
 * A cache to be used by hand; `cached` is the shorter way where there is a function to wrap. Keys longer than 128
 * characters are kept as their SHA-256.
 * @throws OptionError, one sentence, for an option that cannot be what it is
 */
export function createCache<V = unknown>(options: CreateCacheOptions & { readonly backend?: LocalBackend | 'memory' }): SyncCache<V>
export function createCache<V = unknown>(options: CreateCacheOptions & { readonly backend: SharedBackend | string }): AsyncCache<V>
export function createCache(options: CreateCacheOptions): CacheHandle {
  checkOptions('createCache', options, [...cacheOptions, 'scope'])
  const { scope, ...others } = options
  const settings = settingsOf(others, '')
  const keyOf = argumentKeys(settings.name, { scope: scope && ((text) => scope(String(text))) })
  return openHandle(settings, keyOf, callSite()).handle
}

/** The cache that was made last under this name, by `createCache` or `cached`; undefined when there is none. */
export function getCache(name: string): CacheHandle | undefined {
  return findCache(name)
}
