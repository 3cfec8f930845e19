import { OptionError } from '../../errors.ts'
import { checkOptions } from '../options/check-options.ts'
import { plainBackend, type PlainBackendOptions, plainBackendOptions } from '../plain-backend.ts'
import type { SharedBackend } from './backend.ts'

/** What is needed of a Keyv, or of one of its storage adapters (5 or 6). */
export interface KeyvLike {
  get(key: string): unknown
  /** A Keyv and the adapters of Keyv 5 take milliseconds to live, those of Keyv 6 the time when that ends. */
  set(key: string, value: string, ttlOrExpires: number): unknown
  /** Of a Keyv: its adapter. */
  readonly store?: unknown
  /** Of a Keyv 5. */
  readonly throwOnErrors?: boolean
  /** Tells the adapters of Keyv 6. */
  readonly capabilities?: { readonly expires?: boolean }
  on?(event: 'error', listener: (error: unknown) => void): unknown
}

/** What `keyv()` may be told. */
export interface KeyvOptions extends PlainBackendOptions {
  /** A Keyv or a storage adapter, such as that of `@keyv/redis`. A Keyv 5 must have `throwOnErrors: true`. */
  readonly store: KeyvLike
}

/**
 * Keeps entries in any store of Keyv, shared by all processes that use it: see `plainBackend` for what that can do and what
 * not. Closing a cache does not disconnect the store.
 *
 * Keyv 6 and adapters answer "nothing" when they cannot reach their server, and tell that to who listens to their event `error`:
 * this does, and takes it for no answer. So the event has a listener from now on: it does not end the process any more.
 * @throws OptionError, one sentence, for an option that cannot be what it is
 */
export function keyv(options: KeyvOptions): SharedBackend {
  checkOptions('keyv', options, ['store', ...plainBackendOptions])
  const { store, ...others } = options
  if (typeof store?.get !== 'function' || typeof store.set !== 'function')
    throw new OptionError('store', store, 'a Keyv or one of its storage adapters')
  if ('store' in store && store.throwOnErrors === false)
    throw new OptionError('store.throwOnErrors', false, 'true for a Keyv 5, which else takes a store that is unreachable for an empty one')
  const listened = listenedTo(store)
  const takesTimes = store.capabilities?.expires === true
  return plainBackend(
    {
      tier: 'keyv',
      async get(name) {
        const item = await listened(() => store.get(name))
        return typeof item === 'string' ? item : undefined
      },
      async set(name, text, ttlMs) {
        const done = await listened(() => store.set(name, text, takesTimes ? Date.now() + ttlMs : ttlMs))
        if (done === false) throw new Error('the store did not take it')
      },
    },
    others,
  )
}

export { keyv as default }

/** What a store has told of its errors. */
interface Errors {
  count: number
  last: unknown
}

const errorsOf = new WeakMap<KeyvLike, Errors>()

/** Runs calls of a store such that one during which it tells of an error rejects. A store has one listener, however many caches use it. */
function listenedTo(store: KeyvLike): (call: () => unknown) => Promise<unknown> {
  const errors = errorsOf.get(store) ?? { count: 0, last: undefined }
  if (!errorsOf.has(store)) {
    errorsOf.set(store, errors)
    store.on?.('error', (error) => {
      errors.count += 1
      errors.last = error
    })
  }
  return async (call) => {
    const before = errors.count
    const answer = await call()
    if (errors.count > before) throw errors.last
    return answer
  }
}
