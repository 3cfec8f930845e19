import { createHistogram, performance } from 'node:perf_hooks'
import { GCProfiler, getHeapStatistics } from 'node:v8'
import { context, metrics } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { AlwaysOffSampler, AlwaysOnSampler, type Sampler, TracerProvider } from '@opentelemetry/sdk-trace'
import { profiled, profileTime } from '@pitwall/sdk'
import { atMost, type Benchmark, goal, median } from './benchmark.ts'
import { versionOf } from './support/versions.ts'

const ROUNDS = 30
const CALLS = 40_000
const ALLOCATING_CALLS = 500_000
const ALLOCATING_ROUNDS = 5

type Mix = (one: number, other: number) => number | Promise<number>

/** A new function each time: a wrapper that has met only one is compiled for that one, which happens in no agent. */
const mix = (): Mix => (one, other) => (Math.imul(one, 31) + other) | 0
const mixLater = (): Mix => async (one, other) => (Math.imul(one, 31) + other) | 0
function* mixSteps(one: number, other: number) {
  yield one
  return (Math.imul(one, 31) + other) | 0
}

/** About 3 µs of work, so that each call is timed; compiled before it is wrapped. */
function work(): Mix {
  const fn: Mix = (one, other) => {
    let sum = one
    for (let step = 0; step < 3_000; step++) sum = (Math.imul(sum, 31) + other) | 0
    return sum
  }
  for (let call = 0; call < 2_000; call++) void fn(call, 1)
  return fn
}

const attributes = { 'code.function.name': 'bench.mix', 'pitwall.function.cached': 'false' }
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const meters = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })] })
const histogram = meters.getMeter('bench').createHistogram('bench.mix', { unit: 's' })

function inSpan(fn: Mix, sampler: Sampler): Mix {
  const tracer = new TracerProvider({ sampler }).getTracer('bench')
  return (one, other) =>
    tracer.startActiveSpan('bench.mix', (span) => {
      const result = fn(one, other)
      span.end()
      return result
    })
}

function recorded(fn: Mix): Mix {
  return (one, other) => {
    const result = fn(one, other)
    histogram.record(0.000_001, attributes)
    return result
  }
}

/** What is measured, by whether each call is awaited. */
const candidates = {
  bare: mix(),
  adaptive: profiled(mix(), { name: 'bench.adaptive' }),
  work: work(),
  timed: profiled(work(), { name: 'bench.timed' }),
  clock: () => performance.now() - performance.now(),
  record: recorded(mix()),
  unsampled: inSpan(mix(), new AlwaysOffSampler()),
  sampled: inSpan(mix(), new AlwaysOnSampler()),
  timerify: performance.timerify(mix(), { histogram: createHistogram() }),
  section: (one: number, other: number) => {
    const time = profileTime('bench.section')
    const mixed = (Math.imul(one, 31) + other) | 0
    time[Symbol.dispose]()
    return mixed
  },
  bareLater: mixLater(),
  later: profiled(mixLater(), { name: 'bench.later' }),
  bareSteps: (one: number, other: number) => [...mixSteps(one, other)].length,
  steps: (
    (fn) => (one: number, other: number) =>
      [...fn(one, other)].length
  )(profiled(mixSteps, { name: 'bench.steps' })),
} satisfies Record<string, Mix>
type Candidate = keyof typeof candidates
const names = Object.keys(candidates).filter((name): name is Candidate => name in candidates)

/** Each in a loop of its own, so that each is compiled for itself; the sum keeps calls from being left out. */
function loop(fn: Mix): (calls: number) => number | Promise<number> {
  const text = (awaits: string) =>
    `return ${awaits && 'async '}(calls) => { let sum = 0; for (let i = 0; i < calls; i++) sum = ${awaits} fn(sum | 0, i); return sum }`
  return new Function('fn', text(fn(1, 2) instanceof Promise ? 'await' : ''))(fn)
}

/** Wrapped functions of all kinds, called as they are: the compiled wrapper is the one of an agent with many of them. */
function meetManyFunctions(): void {
  const functions = [
    () => 1,
    (text: string) => text.length,
    (...all: unknown[]) => all,
    (one: number) => ({ one }),
    function plain(this: unknown) {
      return this
    },
    (one: number, other: number) => one > other,
    mix(),
    mix(),
  ]
  const wrapped = functions.map((fn, index) => profiled(fn, { name: `bench.many.${index}` }))
  for (let round = 0; round < 20_000; round++) for (const fn of wrapped) Reflect.apply(fn, undefined, ['one', round])
}

/** Nanoseconds of CPU a call: what neighbours on the machine do does not count. */
async function cpuTime(run: (calls: number) => number | Promise<number>): Promise<number> {
  const before = process.cpuUsage()
  await run(CALLS)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1_000) / CALLS
}

/** Bytes allocated a call: what the heap has grown by, and what collections took from it meanwhile. */
function bytesPerCall(run: (calls: number) => unknown): number {
  const collections = new GCProfiler()
  collections.start()
  const before = getHeapStatistics().used_heap_size
  run(ALLOCATING_CALLS)
  const grown = getHeapStatistics().used_heap_size - before
  const freed = collections
    .stop()
    .statistics.reduce((sum, { beforeGC, afterGC }) => sum + beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize, 0)
  return (grown + freed) / ALLOCATING_CALLS
}

export default {
  what: 'What a profiled call costs over the bare one, beside histograms, spans and timerify.',
  async run(progress) {
    // As an agent with tracing has it; none of the calls is under a span.
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    meetManyFunctions()
    const loops = new Map(names.map((name) => [name, loop(candidates[name])]))
    // The fastest of interleaved rounds: whatever else disturbs a round only makes it slower.
    const fastest = new Map<Candidate, number>()
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, run] of loops) fastest.set(name, Math.min(fastest.get(name) ?? Infinity, await cpuTime(run)))
    const of = (name: Candidate) => fastest.get(name) ?? NaN
    const over = (name: Candidate, bare: Candidate = 'bare') => of(name) - of(bare)
    progress([...fastest].map(([name, nanoseconds]) => `${name} ${nanoseconds.toFixed(0)} ns`).join(', '))
    // A box a call is in every round, what V8 compiles meanwhile only in some.
    const rounds = Array.from({ length: ALLOCATING_ROUNDS })
    const bytes = (name: Candidate) => median(rounds.map(() => bytesPerCall(loops.get(name) ?? (() => undefined))))
    const allocated = Math.max(bytes('timed'), bytes('adaptive'))
    context.disable()
    metrics.disable()
    await meters.shutdown()
    const peer = (name: string, of: string, figure: number) => ({ name: `${name}, ns over the bare call`, version: of, figure })
    return {
      goals: [
        atMost(120, 'ns', { id: 'sync', what: 'a profiled call that is timed, over the bare one', figure: over('timed', 'work') }),
        atMost(170, 'ns', { id: 'async', what: 'a profiled awaited call, over the bare one', figure: over('later', 'bareLater') }),
        atMost(30, 'ns', { id: 'adaptive', what: 'a profiled call of a function below 2 µs, over the bare one', figure: over('adaptive') }),
        atMost(1, 'bytes', {
          id: 'allocated',
          what: 'allocated a steady synchronous call, where the smallest object has 16',
          figure: allocated,
        }),
        goal({
          id: 'record',
          what: 'times as much costs histogram.record with two attributes as a profiled call that is timed',
          figure: over('record') / over('timed', 'work'),
          limit: 4,
          comparator: '>=',
          unit: '×',
        }),
      ],
      peers: [
        peer('OpenTelemetry histogram.record', versionOf('@opentelemetry/sdk-metrics'), over('record')),
        peer('OpenTelemetry startActiveSpan, unsampled', versionOf('@opentelemetry/sdk-trace'), over('unsampled')),
        peer('OpenTelemetry startActiveSpan, sampled', versionOf('@opentelemetry/sdk-trace'), over('sampled')),
        peer('perf_hooks.timerify with a histogram', process.version, over('timerify')),
      ],
      notes: {
        'floor: two looks at the clock, in ns': Math.round(of('clock')),
        'a section, `using time = profileTime(…)`, in ns': Math.round(over('section')),
        'a profiled generator of two steps, over the bare one, in ns': Math.round(over('steps', 'bareSteps')),
      },
    }
  },
} satisfies Benchmark
