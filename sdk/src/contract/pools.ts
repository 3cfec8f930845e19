import { durationBuckets } from './buckets.ts'
import { histogram, number } from './metric.ts'

/** What the instrumentation of a database client exports of its pool of connections: OpenTelemetry's names. The SDK makes none of it. */
export const pools = {
  count: number(
    'updowncounter',
    'db.client.connection.count',
    '{connection}',
    ['db.client.connection.pool.name', 'db.client.connection.state'],
    'Connections of a pool, by what they do.',
  ),
  max: number(
    'updowncounter',
    'db.client.connection.max',
    '{connection}',
    ['db.client.connection.pool.name'],
    'Connections that it may open.',
  ),
  pendingRequests: number(
    'updowncounter',
    'db.client.connection.pending_requests',
    '{request}',
    ['db.client.connection.pool.name'],
    'Requests that wait for a connection.',
  ),
  waitTime: histogram(
    'db.client.connection.wait_time',
    's',
    ['db.client.connection.pool.name'],
    durationBuckets,
    'Time that requests waited for a connection.',
  ),
  useTime: histogram(
    'db.client.connection.use_time',
    's',
    ['db.client.connection.pool.name'],
    durationBuckets,
    'Time between borrowing a connection and giving it back.',
  ),
} as const
