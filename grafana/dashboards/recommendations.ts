import { advice, cache, calls } from '@pitwall/sdk/contract'
import { byId, ofChosen, recommendations, withInfo } from '../advice.ts'
import { figure, lines, table, unit } from '../panels.ts'
import { aggregate, orZero, rate, selectPart } from '../promql.ts'
import type { DashboardDefinition } from './dashboard.ts'

const described = ['title', 'service', 'subject', 'location', 'effort', 'phase', 'state', 'advice'] as const

/** What to change next, and whether the predictions held. */
export default {
  title: 'Pitwall / Recommendations',
  description: 'Every open recommendation with its predicted saving, and the measured one once the change was made.',
  rows: [
    {
      title: 'Now',
      panels: [
        figure({
          title: 'Open',
          description: 'Changes that are worth making and have not been made.',
          unit: unit.count,
          width: 6,
          expr: orZero(aggregate('count', [], recommendations('proposed', 'accepted'))),
        }),
        figure({
          title: 'Best of them',
          description: 'Saving of the best open recommendation at its lower bound.',
          unit: unit.secondsPerSecond,
          width: 6,
          expr: orZero(aggregate('max', [], ofChosen(byId(advice.saving, { bound: 'lower', unit: 's/s' }), 'proposed', 'accepted'))),
        }),
        figure({
          title: 'Verified',
          description: 'Changes whose measured saving agrees with the prediction.',
          unit: unit.count,
          width: 6,
          expr: orZero(aggregate('count', [], recommendations('verified'))),
        }),
        figure({
          title: 'Refuted',
          description: 'Changes whose measured saving does not agree with the prediction.',
          unit: unit.count,
          width: 6,
          expr: orZero(aggregate('count', [], recommendations('refuted'))),
        }),
      ],
    },
    {
      title: 'Recommendations',
      panels: [
        table({
          title: 'What to change, and what it saves',
          description:
            'Predicted saving with its interval beside the measured one. Seconds of work saved in every second, unless the unit says otherwise.',
          unit: unit.count,
          width: 24,
          joinBy: 'id',
          queries: [
            withInfo(byId(advice.saving, { bound: 'likely' }, ['unit']), described),
            ofChosen(byId(advice.saving, { bound: 'lower' })),
            ofChosen(byId(advice.saving, { bound: 'upper' })),
            ofChosen(byId(advice.actual)),
          ],
          columns: [
            { field: 'title', title: 'What' },
            { field: 'advice', title: 'Change' },
            { field: 'service', title: 'Service', width: 130 },
            { field: 'location', title: 'Where', width: 200 },
            { field: 'Value #A', title: 'Predicted', width: 95 },
            { field: 'Value #B', title: 'At least', width: 90 },
            { field: 'Value #C', title: 'At most', width: 90 },
            { field: 'Value #D', title: 'Measured', width: 95 },
            { field: 'unit', title: 'Unit', width: 60 },
            { field: 'effort', title: 'Effort', width: 85 },
            { field: 'phase', title: 'Phase', width: 95 },
            { field: 'state', title: 'State', width: 95 },
          ],
        }),
      ],
    },
    {
      title: 'Before and after',
      panels: [
        lines({
          title: 'Predicted and measured saving',
          description: 'The measured saving should run inside the interval that was predicted before the change.',
          unit: unit.secondsPerSecond,
          width: 12,
          queries: [
            { expr: withInfo(byId(advice.saving, { bound: 'lower' }), ['title']), legend: '{{title}}, at least' },
            { expr: withInfo(byId(advice.saving, { bound: 'upper' }), ['title']), legend: '{{title}}, at most' },
            { expr: withInfo(byId(advice.actual), ['title']), legend: '{{title}}, measured' },
          ],
        }),
        lines({
          title: 'Time spent in functions and loads',
          description: 'What the changes are about: it should fall where "Applied" is marked.',
          unit: unit.secondsPerSecond,
          width: 12,
          queries: [
            { expr: aggregate('sum', ['code.function.name'], rate(selectPart(calls.duration, 'sum'))), legend: '{{code_function_name}}' },
            {
              expr: aggregate('sum', ['pitwall.cache.name'], rate(selectPart(cache.loadDuration, 'sum'))),
              legend: '{{pitwall_cache_name}}, loads',
            },
          ],
        }),
      ],
    },
  ],
} satisfies DashboardDefinition
