import { type Clock, systemClock } from '../../clock.ts'
import { OptionError } from '../../errors.ts'
import type { Backend } from '../backends/backend.ts'
import { memory } from '../backends/memory.ts'
import { checkMaxBytes, checkMaxEntries, MAX_ENTRIES } from './bounds.ts'
import { defaultRules, type EntryOptions, entryOptions, type EntryRules, rulesOf } from './entry-options.ts'
import { lru } from '../eviction/lru.ts'
import type { EvictionPolicy } from '../eviction/policy.ts'
import { jsonSerializer } from '../shared/json-serializer.ts'
import { pathOf } from '../namespaces.ts'
import { type L2Options, type L2Settings, l2SettingsOf } from './l2-options.ts'
import { estimatedBytes } from '../memory/size.ts'
import { type StandardSchema, type Validator, validatorOf } from './standard-schema.ts'
import { unitNamed } from './unit-names.ts'
import { type Serializer, ValueCodec } from '../shared/value-codec.ts'

/** What every cache can be told. */
export interface CacheOptions extends EntryOptions {
  /** Name in telemetry, and of the keys in a shared storage: caches of one name share entries there. */
  readonly name?: string
  /** A part of the cache with entries, bounds and statistics of its own; in telemetry it counts with the others of its name. */
  readonly namespace?: string
  /** Bound on the entries in this process. Default 1000, or none but 2^24 where `maxBytes` is given. */
  readonly maxEntries?: number
  /** Bound on the bytes of the values in this process, by `sizeOf`. Default: none. */
  readonly maxBytes?: number
  /** Bytes of a value. Default: an estimate. */
  readonly sizeOf?: (value: unknown) => number
  /** Which entry goes when there is no room, by name or as a value: `'lru'` (default), `'auto'`, `'tinylfu'`, `'s3fifo'`, `'lfu'`, `'fifo'`, `'ttl'`. */
  readonly eviction?: EvictionPolicy | string
  /** Where entries live: `memory()` (default), `redis({ url })`, `file({ path })`, `hybrid({ front, back })`, or a name of one. */
  readonly backend?: Backend | string
  /** Who shares one load of a missing value: the callers of this process (`local`, default), or of all processes on the backend. */
  readonly lock?: 'local' | 'distributed'
  readonly l2?: L2Options
  /** How values are written for a shared storage. Default: JSON. */
  readonly serializer?: Serializer
  /** Compresses what is written for a shared storage above so many bytes; true: above 1024. Default: off. */
  readonly compress?: boolean | number
  /** Of what is cached: what was written to a shared storage under another one is absent. Default: none. */
  readonly version?: string
  /** What a value must pass to be cached, and to be taken from a shared storage. What a loader returns goes to its caller all the same. */
  readonly validate?: StandardSchema
  /** What guards a cached value against callers that change it: `share` nothing (default), `freeze` it, `clone` it for each. */
  readonly onMutate?: 'share' | 'freeze' | 'clone'
  /** Is given what goes on after the answer, for hosts that would stop it: `(work) => context.waitUntil(work)`. */
  readonly background?: (work: Promise<void>) => void
  /** Time, for tests. */
  readonly clock?: Clock
  /** Numbers from 0 to 1, for tests. */
  readonly random?: () => number
}

const described = {
  name: true,
  namespace: true,
  maxEntries: true,
  maxBytes: true,
  sizeOf: true,
  eviction: true,
  backend: true,
  lock: true,
  l2: true,
  serializer: true,
  compress: true,
  version: true,
  validate: true,
  onMutate: true,
  background: true,
  clock: true,
  random: true,
} satisfies Record<Exclude<keyof CacheOptions, keyof EntryOptions>, true>

/** Names of the options that every cache has. */
export const cacheOptions: readonly string[] = [...Object.keys(described), ...entryOptions]

/** Options after checks, with defaults filled in. */
export interface CacheSettings {
  readonly name: string
  /** A path of names, see `pathOf`. */
  readonly namespace: string | undefined
  readonly rules: EntryRules
  readonly maxEntries: number
  readonly maxBytes: number
  readonly sizeOf: (value: unknown) => number
  readonly eviction: EvictionPolicy
  readonly backend: Backend
  readonly lock: 'local' | 'distributed'
  readonly l2: L2Settings
  readonly codec: ValueCodec
  readonly isValid: Validator | undefined
  readonly onMutate: 'share' | 'freeze' | 'clone'
  readonly background: ((work: Promise<void>) => void) | undefined
  readonly clock: Clock
  readonly random: () => number
}

/** Bytes above which compression is worth its time where the user leaves that to us: below, headers and CPU outweigh it. */
const COMPRESS_ABOVE = 1_024

/** What caches of this process are told unless they are told otherwise. */
let defaults: CacheOptions = {}

/** Options for all caches that this process makes from now on; those of a cache, and of a call, go first. @throws OptionError */
export function setCacheDefaults(options: Omit<CacheOptions, 'name' | 'namespace'>): void {
  settingsOf(options, 'defaults', {})
  defaults = options
}

/** Fills in defaults. @throws OptionError, one sentence, for an option that cannot be what it is. */
export function settingsOf(own: CacheOptions, defaultName: string, base: CacheOptions = defaults): CacheSettings {
  const options = { ...base, ...given(own) }
  const { name = defaultName, namespace, maxBytes, sizeOf = estimatedBytes, onMutate = 'share' } = options
  const { validate, background, clock = systemClock, random = Math.random } = options
  checkText('name', name)
  if (namespace !== undefined) checkText('namespace', namespace)
  const backend = backendOf(options.backend)
  // A default for all caches cannot be meant for those that share nothing.
  const lock = own.lock ?? (backend.synchronous ? 'local' : (base.lock ?? 'local'))
  oneOf('lock', lock, ['local', 'distributed'])
  if (lock === 'distributed' && backend.synchronous)
    throw new OptionError('lock', lock, "'local' where the backend is in this process alone")
  oneOf('onMutate', onMutate, ['share', 'freeze', 'clone'])
  for (const [option, value] of Object.entries({ sizeOf, background, random }))
    if (value !== undefined && typeof value !== 'function') throw new OptionError(option, value, 'a function')
  const { maxEntries = maxBytes === undefined ? 1_000 : MAX_ENTRIES } = options
  return {
    name,
    namespace: namespace === undefined ? undefined : pathOf(undefined, namespace),
    rules: rulesOf(own, rulesOf(base, defaultRules)),
    maxEntries: checkMaxEntries(maxEntries),
    maxBytes: maxBytes === undefined ? Number.POSITIVE_INFINITY : checkMaxBytes(maxBytes),
    sizeOf,
    eviction: policyOf(options.eviction),
    backend,
    lock,
    l2: l2SettingsOf(options.l2 ?? {}),
    codec: codecOf(options),
    isValid: validate === undefined ? undefined : validatorOf(validate),
    onMutate,
    background,
    clock,
    random,
  }
}

/** Without what was given as undefined, which must not hide a default. */
function given(options: CacheOptions): CacheOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** The policy itself, or the one of this name. @throws OptionError when there is none */
export function policyOf(eviction: EvictionPolicy | string = lru()): EvictionPolicy {
  const policy = typeof eviction === 'string' ? unitNamed('eviction', 'eviction', eviction, 'policy') : eviction
  if (isPolicy(policy)) return policy
  throw new OptionError('eviction', eviction, "a policy such as 'lru' or lru()")
}

/** The backend itself, or the one of this name. @throws OptionError when there is none */
export function backendOf(backend: Backend | string = memory()): Backend {
  const found = typeof backend === 'string' ? unitNamed('backend', 'backends', backend, 'backend') : backend
  if (isBackend(found)) return found
  throw new OptionError('backend', backend, "a backend such as 'memory' or redis({ url })")
}

function codecOf({ serializer = jsonSerializer, compress = false, version = '' }: CacheOptions): ValueCodec {
  if (typeof serializer?.serialize !== 'function' || typeof serializer.deserialize !== 'function' || typeof serializer.name !== 'string')
    throw new OptionError('serializer', serializer, 'an object with `name`, `serialize` and `deserialize`')
  if (typeof version !== 'string') throw new OptionError('version', version, 'a string')
  if (typeof compress !== 'boolean' && !(typeof compress === 'number' && compress >= 0))
    throw new OptionError('compress', compress, 'true, false, or a number of bytes')
  const compressAbove = compress === true ? COMPRESS_ABOVE : compress === false ? Number.POSITIVE_INFINITY : compress
  return new ValueCodec({ serializer, compressAbove, version })
}

function checkText(option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw new OptionError(option, value, 'a string of at least one character')
}

function oneOf(option: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new OptionError(option, value, allowed.map((name) => `'${name}'`).join(' or '))
}

function isPolicy(policy: unknown): policy is EvictionPolicy {
  return typeof policy === 'function'
}

function isBackend(backend: unknown): backend is Backend {
  return typeof backend === 'object' && backend !== null && 'open' in backend && typeof backend.open === 'function'
}
