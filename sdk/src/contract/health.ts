import { number } from './metric.ts'

/** What the optimizer says of whole services. */
export const health = {
  service: number(
    'gauge',
    'pitwall.service.health',
    '{state}',
    ['service', 'health'],
    '1 for the state that a service is in, by what was measured in the last window.',
  ),
} as const
