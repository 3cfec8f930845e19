import { number } from './metric.ts'

/** What the SDK says of itself. */
export const sdk = {
  overheadTime: number(
    'counter',
    'pitwall.sdk.overhead.time',
    's',
    ['pitwall.sdk.layer'],
    'Time that the SDK took for itself, by its layer.',
  ),
} as const
