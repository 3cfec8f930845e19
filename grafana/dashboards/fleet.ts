import { cache, calls, runtime, subjects } from '@pitwall/sdk/contract'
import { recommendations } from '../advice.ts'
import { figure, lines, unit } from '../panels.ts'
import { aggregate, orZero, quantile, rate, select, selectPart } from '../promql.ts'
import type { DashboardDefinition } from './dashboard.ts'

const requests = rate(select(cache.requests))
const hits = rate(select(cache.requests, { 'pitwall.cache.result': 'hit' }))

/** How the whole fleet is doing: what waits, what the caches save, what holds the processes up. */
export default {
  title: 'Pitwall / Fleet overview',
  description:
    'Calls, caches and processes of the chosen agents, with the moments at which changes were recommended, applied and verified.',
  rows: [
    {
      title: 'Now',
      panels: [
        figure({
          title: 'Agents',
          description: 'Processes that report to Pitwall.',
          unit: unit.count,
          width: 4,
          expr: aggregate('count', [], aggregate('count', ['service.name', 'service.instance.id'], select(subjects.info))),
        }),
        figure({
          title: 'Calls',
          description: 'Profiled calls a second.',
          unit: unit.perSecond,
          width: 4,
          expr: aggregate('sum', [], rate(selectPart(calls.duration, 'count'))),
        }),
        figure({
          title: 'Hit ratio',
          description: 'Share of all cache requests that were served from a cache.',
          unit: unit.share,
          width: 4,
          expr: `(${orZero(aggregate('sum', [], hits))}) / ${aggregate('sum', [], requests)}`,
        }),
        figure({
          title: 'Saved by caches',
          description: 'Seconds of loading that hits save in every second.',
          unit: unit.secondsPerSecond,
          width: 4,
          expr: aggregate('sum', [], rate(select(cache.timeSaved))),
        }),
        figure({
          title: 'Event loop blocked',
          description: 'Share of time for which the worst process stood still.',
          unit: unit.share,
          width: 4,
          expr: aggregate('max', [], aggregate('sum', ['service.instance.id'], rate(select(runtime.blockedTime)))),
        }),
        figure({
          title: 'Open recommendations',
          description: 'Changes that are worth making and have not been made.',
          unit: unit.count,
          width: 4,
          expr: orZero(aggregate('count', [], recommendations('proposed', 'accepted'))),
        }),
      ],
    },
    {
      title: 'Functions',
      panels: [
        lines({
          title: 'Time spent',
          description: 'Seconds of wall time in each function, in every second: where the work is.',
          unit: unit.secondsPerSecond,
          width: 12,
          stacked: true,
          queries: [
            { expr: aggregate('sum', ['code.function.name'], rate(selectPart(calls.duration, 'sum'))), legend: '{{code_function_name}}' },
          ],
        }),
        lines({
          title: 'Duration, 95th percentile',
          description: 'Wall time that 95 % of the calls stay below.',
          unit: unit.seconds,
          width: 12,
          queries: [{ expr: quantile(0.95, calls.duration, ['code.function.name']), legend: '{{code_function_name}}' }],
        }),
        lines({
          title: 'Calls',
          description: 'Calls of each function a second.',
          unit: unit.perSecond,
          width: 12,
          queries: [
            { expr: aggregate('sum', ['code.function.name'], rate(selectPart(calls.duration, 'count'))), legend: '{{code_function_name}}' },
          ],
        }),
        lines({
          title: 'Errors',
          description: 'Calls that threw or rejected, a second.',
          unit: unit.perSecond,
          width: 12,
          queries: [
            { expr: orZero(aggregate('sum', ['code.function.name'], rate(select(calls.errors)))), legend: '{{code_function_name}}' },
          ],
        }),
      ],
    },
    {
      title: 'Caches',
      panels: [
        lines({
          title: 'Hit ratio',
          description: 'Share of the requests to each cache that were served from it.',
          unit: unit.share,
          width: 8,
          queries: [
            {
              expr: `${aggregate('sum', ['pitwall.cache.name'], hits)} / ${aggregate('sum', ['pitwall.cache.name'], requests)}`,
              legend: '{{pitwall_cache_name}}',
            },
          ],
        }),
        lines({
          title: 'Requests by result',
          description: 'How requests to caches ended. A bypass means that a storage was out of reach and the value was loaded.',
          unit: unit.perSecond,
          width: 8,
          stacked: true,
          queries: [{ expr: aggregate('sum', ['pitwall.cache.result'], requests), legend: '{{pitwall_cache_result}}' }],
        }),
        lines({
          title: 'Load duration, 95th percentile',
          description: 'What a miss costs: time that 95 % of the loads stay below.',
          unit: unit.seconds,
          width: 8,
          queries: [{ expr: quantile(0.95, cache.loadDuration, ['pitwall.cache.name']), legend: '{{pitwall_cache_name}}' }],
        }),
        lines({
          title: 'Entries',
          description: 'Entries in the fullest process, beside what each cache may hold.',
          unit: unit.count,
          width: 8,
          queries: [
            { expr: aggregate('max', ['pitwall.cache.name'], select(cache.entryCount)), legend: '{{pitwall_cache_name}}' },
            { expr: aggregate('max', ['pitwall.cache.name'], select(cache.entryLimit)), legend: '{{pitwall_cache_name}} limit' },
          ],
        }),
        lines({
          title: 'Evictions by reason',
          description:
            'Entries that left: for room (the cache may be too small), for age (the time to live may be too short), or invalidated.',
          unit: unit.perSecond,
          width: 8,
          stacked: true,
          queries: [
            {
              expr: orZero(aggregate('sum', ['pitwall.cache.name', 'pitwall.cache.eviction.reason'], rate(select(cache.evictions)))),
              legend: '{{pitwall_cache_name}} {{pitwall_cache_eviction_reason}}',
            },
          ],
        }),
        lines({
          title: 'Storages out of reach',
          description: 'Processes that bypass a storage, such as Redis, because it fails or is too slow.',
          unit: unit.count,
          width: 8,
          queries: [
            {
              expr: orZero(aggregate('sum', ['pitwall.cache.name', 'pitwall.cache.tier'], select(cache.degraded))),
              legend: '{{pitwall_cache_name}} {{pitwall_cache_tier}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Processes',
      panels: [
        lines({
          title: 'Event loop blocked, by cause',
          description: 'Share of time for which a process could do nothing else, by what held it.',
          unit: unit.share,
          width: 12,
          stacked: true,
          queries: [
            {
              expr: aggregate('sum', ['pitwall.cause', 'code.function.name'], rate(select(runtime.blockedTime))),
              legend: '{{pitwall_cause}} {{code_function_name}}',
            },
          ],
        }),
        lines({
          title: 'Garbage collection',
          description: 'Share of time for which garbage collection stopped each process.',
          unit: unit.share,
          width: 12,
          queries: [{ expr: aggregate('sum', ['service.instance.id'], rate(select(runtime.gcTime))), legend: '{{service_instance_id}}' }],
        }),
      ],
    },
  ],
} satisfies DashboardDefinition
