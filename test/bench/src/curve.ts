import { type PrometheusClient, parseSettings, prometheusClient, startStack } from '@pitwall/collector-processor'
import { register } from '@pitwall/sdk'
import { prometheusName, reuse } from '@pitwall/sdk/contract'
import {
  hitRatioAt,
  jointHitRatio,
  type MissRatioCurve,
  missRatioCurve,
} from '../../../collector-processor/dist/prediction/miss-ratio-curve.js'
import { hashString } from '../../../sdk/dist/sampling/hash.js'
import { ReuseTracker } from '../../../sdk/dist/sampling/reuse-tracker.js'
import { addSource } from '../../../sdk/dist/telemetry/source.js'
import { atMost, type Benchmark, type BenchmarkResult, mean } from './benchmark.ts'
import { shardsHitRatios } from './support/shards.ts'
import { readTraces, type Trace } from './support/traces.ts'

const SERVICE = 'curve'
/** Keys that the tracker may hold, and the peer too. */
const KEYS = 2_048
const ARRIVAL_DEADLINE_MS = 60_000

export default {
  what: 'Hit ratios read from Prometheus against exact simulation, for every trace at eight sizes, times to live, and both.',
  async run(progress): Promise<BenchmarkResult> {
    const stack = await startStack({ servers: ['collector', 'prometheus'], scrapeIntervalMs: 1_000, onProgress: progress })
    try {
      const { otlp, prometheus } = stack.endpoints
      if (otlp === undefined || prometheus === undefined)
        throw new Error(`The curve needs real servers. ${stack.missing.map(({ reason }) => reason).join(' ')}`)
      process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = otlp
      const { source, traces } = readTraces()
      const registration = register({ serviceName: SERVICE, exporter: 'otlp', exportIntervalMs: 1_000 })
      const followed: Followed[] = []
      for (const trace of traces) followed.push(follow(trace, progress))
      await registration.forceFlush()
      progress('waiting for Prometheus')
      const client = prometheusClient(parseSettings({ prometheusUrl: prometheus }))
      const errors = await compare(followed, client, progress)
      await registration.shutdown()
      const versions = stack.running.map(({ name, version }) => `${name} ${version}`).join(', ')
      return { ...errors, notes: { traces: source, servers: versions, ...errors.notes } }
    } finally {
      await stack.stop()
    }
  },
} satisfies Benchmark

/** A trace that was fed to a tracker, without its requests, to free them. */
interface Followed extends Pick<Trace, 'name' | 'bySize' | 'byTtl' | 'byBoth'> {
  readonly requests: number
  /** Mean error of the peer, in points. */
  readonly peerError: number
}

/** Feeds a trace to a tracker that is exported, on the trace's own clock. */
function follow({ name, keys, times, bySize, byTtl, byBoth }: Trace, progress: (line: string) => void): Followed {
  let now = 0
  const tracker = new ReuseTracker({ subject: name, kind: 'cache', clock: { now: () => now } })
  const hashes = keys.map((key) => hashString(key))
  const start = performance.now()
  for (const [index, hash] of hashes.entries()) {
    now = times[index] ?? now
    if (tracker.wants(hash)) tracker.record(hash)
    else tracker.skip()
  }
  const nanoseconds = ((performance.now() - start) * 1e6) / hashes.length
  progress(`${name}: ${hashes.length} requests, ${nanoseconds.toFixed(0)} ns each`)
  addSource(tracker)
  const peer = shardsHitRatios(hashes, [...bySize.keys()], KEYS)
  const peerError = mean(Array.from(peer, ([size, ratio]) => points(ratio, bySize.get(size) ?? NaN)))
  return { name, bySize, byTtl, byBoth, requests: hashes.length, peerError }
}

async function compare(traces: readonly Followed[], client: PrometheusClient, progress: (line: string) => void): Promise<BenchmarkResult> {
  await arrival(traces, client)
  const sizeCurves = await curves(client, prometheusName(reuse.distance))
  const ttlCurves = await curves(client, prometheusName(reuse.age))
  const bySize: number[][] = []
  const byTtl: number[] = []
  const byBoth: number[] = []
  for (const trace of traces) {
    const [sizes, ttls] = [sizeCurves.get(trace.name), ttlCurves.get(trace.name)]
    if (sizes === undefined || ttls === undefined) throw new Error(`Prometheus has no curve of ${trace.name}.`)
    const errors = Array.from(trace.bySize, ([entries, truth]) => points(hitRatioAt(sizes, entries), truth))
    bySize.push(errors)
    byTtl.push(...Array.from(trace.byTtl, ([seconds, truth]) => points(hitRatioAt(ttls, seconds), truth)))
    byBoth.push(...trace.byBoth.map((limits) => points(jointHitRatio(sizes, ttls, limits), limits.ratio)))
    progress(`${trace.name}: ${[...trace.bySize.keys()].map((size, index) => `${size} ± ${errors[index]?.toFixed(2)}`).join(', ')} points`)
  }
  const all = bySize.flat()
  const ofTimes = [
    { id: 'mean-ttl-error', what: 'the same by time to live (1 min, 10 min, 1 h), over the traces with times', errors: byTtl },
    { id: 'mean-joint-error', what: 'the same by both', errors: byBoth },
  ]
  const goals = [
    atMost(0.5, 'points', {
      id: 'mean-error',
      what: 'mean error of the hit ratio at 0.1 to 50 % of the distinct keys, over all traces',
      figure: mean(all),
    }),
    atMost(1.5, 'points', { id: 'worst-trace', what: 'mean error of the worst trace', figure: Math.max(...bySize.map(mean)) }),
    ...ofTimes
      .filter(({ errors }) => errors.length > 0)
      .map(({ id, what, errors }) => atMost(0.7, 'points', { id, what, figure: mean(errors) })),
  ]
  const peers = [
    {
      name: `SHARDS with ${KEYS} keys, fixed-size and adjusted`,
      version: 'FAST 2015',
      figure: mean(traces.map(({ peerError }) => peerError)),
    },
  ]
  return { goals, peers, notes: { 'hit ratios compared': all.length + byTtl.length + byBoth.length } }
}

/** Waits until Prometheus has every request of every trace. */
async function arrival(traces: readonly Followed[], client: PrometheusClient): Promise<void> {
  const deadline = performance.now() + ARRIVAL_DEADLINE_MS
  for (;;) {
    const counts = await client.query(`${prometheusName(reuse.distance)}_count{service_name="${SERVICE}"}`, Date.now() / 1_000)
    const arrived = new Map(counts.map(({ labels, value }) => [labels['pitwall_subject'], value]))
    if (traces.every(({ name, requests }) => arrived.get(name) === requests)) return
    if (performance.now() > deadline) throw new Error('Prometheus did not get the metrics of all traces within a minute.')
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** The miss-ratio curve of every subject. */
async function curves(client: PrometheusClient, histogram: string): Promise<Map<string, MissRatioCurve>> {
  const buckets = new Map<string, [number, number][]>()
  for (const { labels, value } of await client.query(`${histogram}_bucket{service_name="${SERVICE}"}`, Date.now() / 1_000)) {
    const subject = labels['pitwall_subject'] ?? ''
    const edge = Number(labels['le']?.replace('+Inf', 'Infinity'))
    buckets.set(subject, [...(buckets.get(subject) ?? []), [edge, value]])
  }
  const found = new Map<string, MissRatioCurve>()
  for (const [subject, counts] of buckets) {
    const curve = missRatioCurve(counts)
    if (curve !== undefined) found.set(subject, curve)
  }
  return found
}

function points(predicted: number, truth: number): number {
  return Math.abs(predicted - truth) * 100
}
