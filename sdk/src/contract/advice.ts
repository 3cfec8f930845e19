import { number } from './metric.ts'

/** Recommendations as series: the optimizer's only memory, and what alerts and dashboards read. */
export const advice = {
  info: number(
    'gauge',
    'pitwall.recommendation.info',
    '{recommendation}',
    ['id', 'rule', 'title', 'service', 'subject', 'location', 'priority', 'effort', 'phase', 'state', 'runbook', 'advice'],
    '1 for every open recommendation.',
  ),
  saving: number(
    'gauge',
    'pitwall.recommendation.saving',
    '{saving}',
    ['id', 'unit', 'bound'],
    'Predicted saving: the interval and its likely value, in the unit of the attribute.',
  ),
  correction: number(
    'gauge',
    'pitwall.recommendation.correction',
    '1',
    ['id', 'bound'],
    "What the rule's record did to the prediction: factor of its likely value, and of the distance from there to each bound. Absent where nothing was done.",
  ),
  created: number('gauge', 'pitwall.recommendation.created', 's', ['id'], 'When it was first proposed, Unix time.'),
  applied: number('gauge', 'pitwall.recommendation.applied', 's', ['id'], 'When the change was seen in the telemetry, Unix time.'),
  verified: number('gauge', 'pitwall.recommendation.verified', 's', ['id'], 'When the verdict was reached, Unix time.'),
  actual: number(
    'gauge',
    'pitwall.recommendation.actual',
    '{saving}',
    ['id', 'unit'],
    'Saving measured after the change, in the unit of the prediction.',
  ),
} as const
