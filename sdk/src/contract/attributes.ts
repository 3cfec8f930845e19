/**
 * Every attribute key of the contract: what it means and how many values it can take in one process.
 * OpenTelemetry's own keys are used where they exist; the others carry the prefix `pitwall.`.
 */
export const attributes = {
  'code.function.name': { values: 'bounded names, then `other`', description: 'Name under which a function is profiled, or its own.' },
  'code.file.path': {
    values: 'bounded by the name',
    description: 'Source file: where a function or cache was wrapped, or where it stands.',
  },
  'code.line.number': { values: 'bounded by the name', description: 'Line of that file.' },
  'error.type': { values: 'bounded', description: 'Class of the error a load or call ended with; absent when it succeeded.' },
  'pitwall.cache.name': { values: 'bounded names, then `other`', description: 'Name of the cache.' },
  'pitwall.cache.backend': { values: 'memory, redis, file, hybrid', description: 'Kind of storage behind the cache.' },
  'pitwall.cache.tier': { values: 'memory, redis, file', description: 'Storage that answered, within a hybrid cache.' },
  'pitwall.cache.result': { values: 'hit, stale, miss, coalesced, bypass, error', description: 'How one request to the cache ended.' },
  'pitwall.cache.eviction.reason': { values: 'size, expired, invalidated', description: 'Why an entry left the cache.' },
  'pitwall.function.cached': { values: 'true, false', description: 'Whether the call went through a cache of ours.' },
  'pitwall.subject': { values: 'bounded names, then `other`', description: 'Cache or function whose keys are followed.' },
  'pitwall.subject.kind': { values: 'cache, function', description: 'Whether the subject has a cache already.' },
  'pitwall.reuse.same': { values: 'true, false', description: 'Whether a repeated call returned the same result.' },
  'pitwall.cause': { values: 'code, gc, host', description: 'What kept the event loop from running.' },
  'pitwall.sdk.layer': { values: 'one a layer of the SDK', description: 'Part of the SDK whose own cost is measured.' },
  'pitwall.verdict': { values: 'true, false', description: 'Whether an evaluation of the optimizer came to a verdict.' },
  id: { values: 'at most 50 open recommendations', description: 'Stable id of a recommendation: a hash of its rule and subject.' },
  rule: { values: 'one a rule', description: 'Id of the rule, which is its file name.' },
  title: { values: 'one a recommendation', description: 'What to do, in the imperative.' },
  service: { values: 'one a service', description: 'Service that the recommendation is for (`service.name`).' },
  subject: { values: 'one a recommendation', description: 'Function, cache or process that the recommendation is about.' },
  location: { values: 'one a recommendation', description: 'Source position as `file:line`; empty when unknown.' },
  priority: { values: 'critical, high, medium, low', description: 'How much the lower bound of the saving is worth.' },
  effort: { values: 'minutes, hours, days', description: 'How long the change takes to make.' },
  phase: { values: 'quick-win, next, later', description: 'Part of the plan that the change belongs to.' },
  state: { values: 'proposed, accepted, applied, verified, refuted, stale', description: 'Where in its life the recommendation is.' },
  runbook: { values: 'one a rule', description: 'Address of the page that explains the rule.' },
  advice: { values: 'one a recommendation', description: 'The change itself in one sentence, with its numbers.' },
  unit: { values: 's/s, By, usd/h, ratio', description: 'Unit of the saving.' },
  bound: { values: 'lower, likely, upper', description: 'Which end of the interval the value is.' },
} as const satisfies Record<string, { values: string; description: string }>

/** A key of the contract. */
export type AttributeKey = keyof typeof attributes
