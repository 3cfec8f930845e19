import { OptionError } from '../errors.ts'
import type { SharedBackend } from './backends/backend.ts'
import { checkOptions } from './options/check-options.ts'
import type { Duration } from '../duration.ts'
import { checkDeadline } from './options/l2-options.ts'
import { placeOf } from './namespaces.ts'
import { PlainStorage, type PlainStore } from './shared/plain-storage.ts'
import { WireFormat } from './shared/wire-format.ts'

/** What a backend on a plain store can be told. */
export interface PlainBackendOptions {
  /** Under which the entries are kept. Default: the cache's name. Caches of one namespace share their entries. */
  readonly namespace?: string
  /** How long a look or a change may take before the cache goes on without it; each is up to three calls of the store in a row. Default 100 ms. */
  readonly timeout?: Duration
  /** Keys are hashed with it (HMAC), so that nobody without it can try them out; the same for all processes of a fleet. Default: SHA-256. */
  readonly secret?: string
  /** Milliseconds since 1970, for tests. */
  readonly wallTime?: () => number
}

/** Names of the options. */
export const plainBackendOptions: readonly string[] = ['namespace', 'timeout', 'secret', 'wallTime']

/** A store may be further away than a Redis beside the agent. */
const DEADLINE_MS = 100

/**
 * A backend on any store of texts, shared by all processes that use it: see `PlainStorage` for what it can do and what not.
 * The store stays yours: closing a cache does not close it.
 * @throws OptionError, one sentence, for an option that cannot be what it is
 */
export function plainBackend(store: PlainStore, options: PlainBackendOptions = {}): SharedBackend {
  if (typeof store?.tier !== 'string' || typeof store.get !== 'function' || typeof store.set !== 'function')
    throw new OptionError('the store', store, 'an object with `tier`, `get` and `set`')
  checkOptions('plainBackend', options, plainBackendOptions)
  const { namespace, timeout = DEADLINE_MS, secret, wallTime = Date.now } = options
  const deadlineMs = checkDeadline('timeout', timeout)
  for (const [option, value] of Object.entries({ namespace, secret }))
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw new OptionError(option, value, 'a string of at least one character')
  return {
    name: store.tier,
    synchronous: false,
    open({ name, part, codec }) {
      const own = placeOf(namespace ?? name, part)
      const format = new WireFormat(own, codec.id, secret)
      return { local: undefined, shared: new PlainStorage(store, { namespace: own, format, codec, deadlineMs, wallTime }) }
    },
  }
}
