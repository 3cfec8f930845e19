import { type PrometheusClient, parseSettings, prometheusClient, startStack } from '@pitwall/collector-processor'
import { register } from '@pitwall/sdk'
import { prometheusName, reuse } from '@pitwall/sdk/contract'
import { hashString } from '../../../sdk/dist/sampling/hash.js'
import { ReuseTracker } from '../../../sdk/dist/sampling/reuse-tracker.js'
import { addSource } from '../../../sdk/dist/telemetry/source.js'
import { type Benchmark, type BenchmarkResult, goal, mean } from './benchmark.ts'
import { shardsHitRatios } from './support/shards.ts'
import { readTraces, SIZES, type Trace } from './support/traces.ts'

const SERVICE = 'curve'
/** Keys that the tracker may hold, and the peer too. */
const KEYS = 2_048
const ARRIVAL_DEADLINE_MS = 60_000

export default {
  what: 'Hit ratios read from Prometheus against exact simulation, for every trace at 100, 300, 1000 and 3000 entries.',
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
interface Followed extends Pick<Trace, 'name' | 'bySize' | 'byTtl'> {
  readonly requests: number
  /** Mean error of the peer, in points. */
  readonly peerError: number
}

/** Feeds a trace to a tracker that is exported, on the trace's own clock. */
function follow({ name, keys, times, bySize, byTtl }: Trace, progress: (line: string) => void): Followed {
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
  const peer = shardsHitRatios(hashes, sizesOf(bySize), KEYS)
  const peerError = mean(Array.from(peer, ([size, ratio]) => points(ratio, bySize.get(size))))
  return { name, bySize, byTtl, requests: hashes.length, peerError }
}

function sizesOf(truth: ReadonlyMap<number, number>): number[] {
  return SIZES.filter((size) => truth.has(size))
}

async function compare(traces: readonly Followed[], client: PrometheusClient, progress: (line: string) => void): Promise<BenchmarkResult> {
  await arrival(traces, client)
  const sizeCurves = await cumulative(client, prometheusName(reuse.distance))
  const ttlCurves = await cumulative(client, prometheusName(reuse.age))
  const bySize: number[] = []
  const byTtl: number[] = []
  const byTrace: number[] = []
  for (const { name, bySize: truthBySize, byTtl: truthByTtl } of traces) {
    const sizes = sizesOf(truthBySize)
    const errors = sizes.map((size) => points(ratioAt(sizeCurves.get(name), size), truthBySize.get(size)))
    bySize.push(...errors)
    byTrace.push(mean(errors))
    byTtl.push(...Array.from(truthByTtl, ([ttl, truth]) => points(ratioAt(ttlCurves.get(name), ttl), truth)))
    progress(`${name}: ${sizes.map((size, index) => `${size} ± ${(errors[index] ?? NaN).toFixed(2)}`).join(', ')} points`)
  }
  const goals = [
    goal({
      id: 'mean-error',
      what: 'mean error of the hit ratio by size, over all traces',
      unit: 'points',
      figure: mean(bySize),
      limit: 0.5,
      comparator: '<=',
    }),
    goal({
      id: 'worst-trace',
      what: 'mean error of the worst trace',
      unit: 'points',
      figure: Math.max(...byTrace),
      limit: 1.5,
      comparator: '<=',
    }),
  ]
  if (byTtl.length > 0)
    goals.push(
      goal({
        id: 'mean-ttl-error',
        what: 'mean error of the hit ratio by time to live (1 min, 10 min, 1 h), over the traces with times',
        unit: 'points',
        figure: mean(byTtl),
        limit: 1,
        comparator: '<=',
      }),
    )
  const peers = [
    {
      name: `SHARDS with ${KEYS} keys, fixed-size and adjusted`,
      version: 'FAST 2015',
      figure: mean(traces.map(({ peerError }) => peerError)),
    },
  ]
  return { goals, peers, notes: { 'hit ratios compared': bySize.length + byTtl.length } }
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

type Curve = readonly { readonly bound: number; readonly ratio: number }[]

/** Cumulative share of requests by upper bound, for every subject. */
async function cumulative(client: PrometheusClient, histogram: string): Promise<Map<string, Curve>> {
  const selector = `{service_name="${SERVICE}"}`
  const promql = `${histogram}_bucket${selector} / ignoring(le) group_left ${histogram}_count${selector}`
  const curves = new Map<string, { bound: number; ratio: number }[]>()
  for (const { labels, value } of await client.query(promql, Date.now() / 1_000)) {
    const subject = labels['pitwall_subject'] ?? ''
    const curve = curves.get(subject) ?? []
    curve.push({ bound: Number(labels['le']?.replace('+Inf', 'Infinity')), ratio: value })
    curves.set(subject, curve)
  }
  for (const curve of curves.values()) curve.sort((a, b) => a.bound - b.bound)
  return curves
}

/** Share at a value, linear between the bounds around it. */
function ratioAt(curve: Curve | undefined, value: number): number {
  if (curve === undefined) return NaN
  const above = curve.findIndex(({ bound }) => bound >= value)
  const upper = curve[above]
  const lower = curve[above - 1] ?? { bound: 0, ratio: 0 }
  if (upper === undefined) return NaN
  return lower.ratio + ((upper.ratio - lower.ratio) * (value - lower.bound)) / (upper.bound - lower.bound)
}

function points(predicted: number, truth: number | undefined): number {
  return Math.abs(predicted - (truth ?? NaN)) * 100
}
