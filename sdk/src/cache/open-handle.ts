import type { CallSite } from '../call-site.ts'
import type { Cache } from './cache.ts'
import { type CacheHandle, handleOf } from './handle.ts'
import { Namespaces, pathOf } from './namespaces.ts'
import { openCache } from './open-cache.ts'
import type { CacheSettings } from './options/options.ts'
import { enroll } from './registry.ts'

/** A cache that is open, and what can be done with it by hand. */
export interface OpenedHandle {
  readonly cache: Cache
  readonly handle: CacheHandle
}

/**
 * Opens a cache, with its namespaces as they are asked for, and lets `getCache` find it.
 * @param keyOf the key of an entry, from arguments or from the text that the user calls it
 * @param site where the agent made it
 * @param isOwned whether it goes with an object: being found by its name does not keep it then
 */
export function openHandle(
  settings: CacheSettings,
  keyOf: (args: readonly unknown[]) => string | undefined,
  site: CallSite | undefined,
  isOwned: boolean = false,
): OpenedHandle {
  const opened = open(settings, keyOf, site)
  enroll(opened.handle, isOwned)
  return opened
}

function open(settings: CacheSettings, keyOf: (args: readonly unknown[]) => string | undefined, site: CallSite | undefined): OpenedHandle {
  const { cache, stats } = openCache(settings, site)
  const namespaces = new Namespaces<CacheHandle>()
  const namespace = (name: string): CacheHandle =>
    namespaces.of(name, () => open({ ...settings, namespace: pathOf(settings.namespace, name) }, keyOf, site).handle)
  return { cache, handle: handleOf({ cache, keyOf, stats, namespace, copies: settings.onMutate === 'clone' }) }
}
