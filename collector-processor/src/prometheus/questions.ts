import { cache, calls, effects, reuse, runs, runtime, subjects } from '@pitwall/sdk/contract'
import { select, selectPart } from './promql.ts'
import { growth, level, type SubjectLabels } from './question.ts'

const followed: SubjectLabels = { name: 'pitwall.subject', kind: { label: 'pitwall.subject.kind' } }
/** Series about a function. */
export const aFunction: SubjectLabels = { name: 'code.function.name', kind: 'function' }
/** Series about a cache. */
export const aCache: SubjectLabels = { name: 'pitwall.cache.name', kind: 'cache' }
/** Series about the processes of a service. */
export const aService: SubjectLabels = { name: 'service.name', kind: 'service' }

/** Calls that went through a cache of ours are the cache's business. */
const uncached = { 'pitwall.function.cached': { not: 'true' } } as const

/** What several rules ask. The number of queries does not depend on the size of the fleet. */
export const questions = {
  /** Requests that a cache of `le` entries would have served. */
  reuseDistance: growth(selectPart(reuse.distance, 'bucket'), followed, ['le']),
  /** Requests that a cache whose entries live `le` seconds would have served. */
  reuseAge: growth(selectPart(reuse.age, 'bucket'), followed, ['le']),
  /** Repeated calls, and reloads of a cache, whose result was compared with the earlier one. */
  reuseChecks: growth(select(reuse.checks), followed, ['pitwall.reuse.same']),
  /** Seconds that the calls of a function took together. */
  functionSeconds: growth(selectPart(calls.duration, 'sum', uncached), aFunction),
  functionCalls: growth(selectPart(calls.duration, 'count', uncached), aFunction),
  cacheRequests: growth(select(cache.requests), aCache, ['pitwall.cache.result', 'pitwall.cache.tier']),
  /** Seconds that the loads of a cache took together. */
  loadSeconds: growth(selectPart(cache.loadDuration, 'sum'), aCache),
  loads: growth(selectPart(cache.loadDuration, 'count'), aCache),
  evictions: growth(select(cache.evictions), aCache, ['pitwall.cache.eviction.reason']),
  /** Entries that a cache may hold in each process; the smallest while a change is rolled out. */
  entryLimit: level('min', select(cache.entryLimit), aCache, ['pitwall.cache.backend']),
  /** Seconds that an entry stays fresh; the shortest while a change is rolled out. */
  ttl: level('min', select(cache.ttl), aCache, ['pitwall.cache.backend']),
  /** Seconds that a function held the event loop beyond the threshold. */
  blockedSeconds: growth(select(runtime.blockedTime, { 'pitwall.cause': 'code' }), aFunction),
  /** Calls of a function in runs that follow each other in a pattern, how often they do, and seconds that runs would save. */
  runCalls: growth(select(runs.calls), aFunction, ['pitwall.run.pattern']),
  runGroups: growth(select(runs.groups), aFunction, ['pitwall.run.pattern']),
  runSavedTime: growth(select(runs.savedTime), aFunction, ['pitwall.run.scenario']),
  runs: growth(selectPart(runs.duration, 'count'), aService),
  /** Recorded calls of a function within which something was written, by how. */
  functionWrites: growth(select(effects.writes), aFunction, ['pitwall.write']),
  /** Recorded calls of a function that were made within a call of another one, by that one. */
  callers: growth(select(effects.nested), aFunction, ['pitwall.function.caller']),
  /** Where subjects stand in the source. */
  places: level('max', select(subjects.info), followed, ['code.file.path', 'code.line.number']),
} as const
