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
  memoryUsage: number(
    'gauge',
    'pitwall.sdk.memory.usage',
    'By',
    ['pitwall.sdk.layer'],
    'Bytes that a layer of the SDK holds; absent for one that does not say.',
  ),
  layerRunning: number(
    'gauge',
    'pitwall.sdk.layer.running',
    '{state}',
    ['pitwall.sdk.layer'],
    '1 while a profiler runs, 0 while it is stopped because the SDK cost more than its budget.',
  ),
} as const
