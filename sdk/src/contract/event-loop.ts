import { loopDelayBuckets } from './buckets.ts'
import { histogram, number } from './metric.ts'

const delay = (name: string, what: string) =>
  number(
    'gauge',
    `nodejs.eventloop.delay.${name}`,
    's',
    [],
    `${what} delay of the event loop in the last full ten seconds (from Node.js 24 on).`,
  )

/** How busy the event loop is, and how late. */
export const eventLoop = {
  time: number('counter', 'nodejs.eventloop.time', 's', ['nodejs.eventloop.state'], 'Time that the event loop has been in each state.'),
  utilization: number(
    'gauge',
    'nodejs.eventloop.utilization',
    '1',
    [],
    'Share of the last full ten seconds in which the event loop was busy.',
  ),
  delay: histogram(
    'pitwall.eventloop.delay',
    's',
    [],
    loopDelayBuckets,
    'How long each turn of the event loop took, which is what everything else waited for (from Node.js 24 on).',
  ),
  delayMin: delay('min', 'Shortest'),
  delayMax: delay('max', 'Longest'),
  delayMean: delay('mean', 'Mean'),
  delayStddev: delay('stddev', 'Standard deviation of the'),
  delayP50: delay('p50', 'Median'),
  delayP90: delay('p90', '90th percentile of the'),
  delayP99: delay('p99', '99th percentile of the'),
  resources: number(
    'updowncounter',
    'v8js.resource.active',
    '{resource}',
    ['v8js.resource.type'],
    'Timers, handles and requests that keep the process from ending.',
  ),
} as const
