import { OptionError } from '../../errors.ts'
import { type Duration, durationMs, reportSeconds } from '../../duration.ts'

/** What can be said of entries: for all caches of the process, for one cache, or for one call. The nearest counts. */
export interface EntryOptions {
  /** How long an entry stays fresh. Default: until it is evicted or invalidated. */
  readonly ttl?: Duration
  /** How much longer it may be served when loading it anew fails, or takes longer than `timeout`. Default: not at all. */
  readonly grace?: Duration | 0
  /** How long to wait, after a load has failed and a stale value was served, before the next attempt. Default 10 s. */
  readonly graceBackoff?: Duration
  /** How long a caller waits for a load where there is a stale value; 0 serves it at once and loads behind it. Default: until the load ends. */
  readonly timeout?: Duration | 0
  /** How long a caller waits at all; then it gets the stale value, or a LoadTimeoutError. Default: until the load ends. */
  readonly hardTimeout?: Duration
  /** Share of the time to live after which the first hit loads the value anew, behind the caller's back: 0.8 for example. Default: off. */
  readonly eagerRefresh?: number
  /** Share by which times to live are shortened at random, so that what was stored together does not expire together: 0 to 1. Default 0. */
  readonly jitter?: number
  /** How long `null` stays fresh; 0: it is not cached. Default: as long as other values. */
  readonly negativeTtl?: Duration | 0
  /** How long an error of the loader is given to further callers without another attempt. Default: not at all. */
  readonly errorTtl?: Duration | 0
  /** Names by which entries are invalidated together. Default: none. */
  readonly tags?: readonly string[]
}

const described = {
  ttl: true,
  grace: true,
  graceBackoff: true,
  timeout: true,
  hardTimeout: true,
  eagerRefresh: true,
  jitter: true,
  negativeTtl: true,
  errorTtl: true,
  tags: true,
} satisfies Record<keyof EntryOptions, true>

/** Names of the entry options. */
export const entryOptions: readonly string[] = Object.keys(described)

/** Entry options after checks, with defaults filled in; times in milliseconds, Infinity for none. */
export interface EntryRules {
  readonly ttlMs: number
  readonly negativeTtlMs: number | undefined
  readonly graceMs: number
  readonly graceBackoffMs: number
  readonly timeoutMs: number
  readonly hardTimeoutMs: number
  /** 1 where entries are not refreshed ahead of time. */
  readonly eagerRefresh: number
  readonly jitter: number
  readonly errorTtlMs: number
  readonly tags: readonly string[]
}

/** The rules of entries for which nothing is said. */
export const defaultRules: EntryRules = {
  ttlMs: Number.POSITIVE_INFINITY,
  negativeTtlMs: undefined,
  graceMs: 0,
  graceBackoffMs: 10_000,
  timeoutMs: Number.POSITIVE_INFINITY,
  hardTimeoutMs: Number.POSITIVE_INFINITY,
  eagerRefresh: 1,
  jitter: 0,
  errorTtlMs: 0,
  tags: [],
}

/** Longest grace: a caller that says "for ever" gets ten years. */
const MAX_GRACE_MS = 10 * 365 * 86_400_000
/** Bounds on the tags of one entry: they are kept and sent with it. */
const MAX_TAGS = 100

/** The rules that these options give on top of others. @throws OptionError, one sentence, for one that cannot be what it is */
export function rulesOf(options: EntryOptions, base: EntryRules): EntryRules {
  const { ttl, grace, graceBackoff, timeout, hardTimeout, eagerRefresh, jitter, negativeTtl, errorTtl, tags } = options
  return {
    ttlMs: ttl === undefined ? base.ttlMs : ttlMs(ttl),
    negativeTtlMs: negativeTtl === undefined ? base.negativeTtlMs : orNone('negativeTtl', negativeTtl),
    graceMs: grace === undefined ? base.graceMs : Math.min(orNone('grace', grace), MAX_GRACE_MS),
    graceBackoffMs: graceBackoff === undefined ? base.graceBackoffMs : durationMs('graceBackoff', graceBackoff),
    timeoutMs: timeout === undefined ? base.timeoutMs : orNone('timeout', timeout),
    hardTimeoutMs: hardTimeout === undefined ? base.hardTimeoutMs : durationMs('hardTimeout', hardTimeout),
    eagerRefresh: eagerRefresh === undefined ? base.eagerRefresh : share('eagerRefresh', eagerRefresh),
    jitter: jitter === undefined ? base.jitter : share('jitter', jitter),
    errorTtlMs: errorTtl === undefined ? base.errorTtlMs : orNone('errorTtl', errorTtl),
    tags: tags === undefined ? base.tags : tagList(tags),
  }
}

function ttlMs(ttl: Duration): number {
  reportSeconds('ttl', ttl)
  return durationMs('ttl', ttl)
}

/** A duration, or 0, which says no to what a default asks for. */
function orNone(option: string, duration: Duration | 0): number {
  return duration === 0 ? 0 : durationMs(option, duration)
}

function share(option: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw new OptionError(option, value, 'a number from 0 to 1')
}

function tagList(tags: readonly string[]): readonly string[] {
  if (!Array.isArray(tags) || tags.length > MAX_TAGS || !tags.every((tag) => typeof tag === 'string' && tag !== ''))
    throw new OptionError('tags', tags, `a list of at most ${MAX_TAGS} strings of at least one character`)
  return [...new Set(tags)]
}
