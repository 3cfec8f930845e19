/**
 * Every attribute key of the contract: what it means and how many values it can take in one process.
 * OpenTelemetry's own keys are used where they exist; the others carry the prefix `pitwall.`.
 */
export const attributes = {
  'code.function.name': {
    values: 'bounded names, then `other`',
    description: 'Name under which a function is profiled, or its own where a profile or a block found it.',
  },
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
  'pitwall.cache.spelling': {
    values: 'new, same, different',
    description: 'Whether another spelling of the key (case, white space) was loaded within its time to live, and brought the same value.',
  },
  'pitwall.function.cached': { values: 'true, false', description: 'Whether the call went through a cache of ours.' },
  'pitwall.function.caller': { values: 'bounded by the name', description: 'Profiled function within whose call another was called.' },
  'pitwall.write': { values: 'http, database, message', description: 'How a span wrote something elsewhere.' },
  'pitwall.subject': { values: 'bounded names, then `other`', description: 'Cache, function or model whose keys are followed.' },
  'pitwall.subject.kind': { values: 'cache, function, model', description: 'What the subject is: a cache, or what has none.' },
  'pitwall.reuse.same': { values: 'true, false', description: 'Whether a repeated call returned the same result.' },
  'pitwall.run.pattern': {
    values: 'all, sequential, repeated, retry, recovered, identical, after_slow, slow_again',
    description:
      'How calls of one function follow each other in a run: anyhow; one after the other under one parent; five or more under one parent, soon after each other or at once; again after an error; so, with success; three or more with equal arguments; with the arguments of a slow call; slow again.',
  },
  'pitwall.run.scenario': {
    values: 'concurrent, batched, once, without_failed_retries, hits_25, hits_50, hits_75, hits_100',
    description:
      'What would be different: calls of one function that follow each other run four at a time; those under one parent are one; equal ones are made once; retries that fail are not made; so many in a hundred are answered at once.',
  },
  'pitwall.cause': { values: 'code, gc, host', description: 'What kept the event loop from running.' },
  'pitwall.gc.fate': {
    values: 'freed, survived, promoted',
    description: 'What a scavenge did with bytes of the new space; promoted ones are in the old space now.',
  },
  'pitwall.heap.at_limit': { values: 'true, false', description: 'Whether the new space was as large as it may get.' },
  'cpu.mode': { values: 'user, system', description: 'What the processor did: the program, or the kernel for it.' },
  'disk.io.direction': { values: 'read, write', description: 'Way of bytes between process and disk.' },
  'network.io.direction': { values: 'receive, transmit', description: 'Way of bytes through the network.' },
  'process.context_switch.type': {
    values: 'voluntary, involuntary',
    description: 'Whether the thread waited for something, or had to give way.',
  },
  'system.paging.fault.type': { values: 'major, minor', description: 'Whether the page had to be read from the disk.' },
  'nodejs.eventloop.state': { values: 'active, idle', description: 'Whether the event loop worked or waited.' },
  'v8js.heap.space.name': { values: 'one a space of V8, about a dozen', description: 'Space of the heap.' },
  'v8js.resource.type': { values: 'bounded names, then `other`', description: 'Kind of timer, handle or request, as Node.js names it.' },
  'v8js.gc.type': {
    values: 'minor, major, incremental, weakcb, other',
    description: 'What a garbage collection was: a scavenge is minor.',
  },
  'gen_ai.request.model': { values: 'bounded names, then `other`', description: 'Model that was asked for.' },
  'gen_ai.token.type': {
    values: 'input, cached_input, output',
    description: 'What tokens were: read, read from the cache of the provider, written.',
  },
  'gen_ai.evaluation.name': { values: "the user's", description: 'What an evaluator judges.' },
  'pitwall.model.step': {
    values: '1, 2, 3, 5, 9, 17, 33',
    description: 'Which call of a model in its conversation or trace it was: this one, or one after it and before the next value.',
  },
  'pitwall.prompt.part': {
    values: 'prefix, repeated, new',
    description: 'What a part of a prompt was: begins as an earlier prompt did, was in one elsewhere, or neither.',
  },
  'db.client.connection.pool.name': { values: "the user's", description: 'Pool of connections.' },
  'db.client.connection.state': { values: 'idle, used', description: 'What a connection does.' },
  'pitwall.sdk.layer': { values: 'one a layer of the SDK', description: 'Part of the SDK whose own cost is measured.' },
  'pitwall.verdict': { values: 'true, false', description: 'Whether an evaluation of the optimizer came to a verdict.' },
  health: { values: 'good, degraded, bad, unknown', description: 'State of a service.' },
  id: { values: 'at most 50 open recommendations', description: 'Stable id of a recommendation: a hash of its rule and subject.' },
  rule: { values: 'one a rule', description: 'Id of the rule, which is its file name.' },
  title: { values: 'one a recommendation', description: 'What to do, in the imperative.' },
  service: { values: 'one a service', description: 'Service that the recommendation is for (`service.name`).' },
  subject: { values: 'one a recommendation', description: 'Function, cache or process that the recommendation is about.' },
  location: { values: 'one a recommendation', description: 'Source position as `file:line`; empty when unknown.' },
  priority: { values: 'critical, high, medium, low', description: 'How much the lower bound of the saving is worth.' },
  effort: { values: 'minutes, hours, days', description: 'How long the change takes to make.' },
  phase: { values: 'quick-win, next, later', description: 'Part of the plan that the change belongs to.' },
  state: {
    values: 'proposed, accepted, applied, verified, refuted, stale, dismissed',
    description: 'Where in its life the recommendation is.',
  },
  runbook: { values: 'one a rule', description: 'Address of the page that explains the rule.' },
  advice: { values: 'one a recommendation', description: 'The change itself in one sentence, with its numbers.' },
  unit: { values: 's/s, By, usd/h, ratio', description: 'Unit of the saving.' },
  bound: { values: 'lower, likely, upper', description: 'Which end of the interval the value is.' },
} as const satisfies Record<string, { values: string; description: string }>

/** A key of the contract. */
export type AttributeKey = keyof typeof attributes
