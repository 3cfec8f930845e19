import {
  cache,
  calls,
  cpuWait,
  type HistogramDefinition,
  type MetricDefinition,
  prometheusLabel,
  prometheusName,
  reuse,
  runtime,
  subjects,
  system,
} from '@pitwall/sdk/contract'

/** How large a fleet is, and how long it was watched. */
export interface FleetSize {
  readonly services: number
  /** Of all services together. */
  readonly agents: number
  /** Of each agent; the agents of a service have the same ones. */
  readonly functions: number
  /** Functions of each agent whose repeated calls are followed. */
  readonly followed: number
  /** Functions of each agent behind a cache. */
  readonly cached: number
  /** Seconds between two scrapes. */
  readonly scrapeSeconds: number
}

/** How fast a counter grows a second; a gauge has its level instead. */
interface Growth {
  readonly perSecond?: number
  readonly level?: number
}

/** No two agents are equally busy, and none is equally busy all the time. */
interface Agent {
  readonly busy: number
  readonly phase: number
}

/** A radian of the swing takes so long; all of it an hour and a half. */
const SWING_SECONDS = 900

type Attributes = Readonly<Record<string, string>>

/** A span of a fleet's life, in seconds since its beginning; scrapes at both ends are within it. */
export interface Piece {
  readonly from: number
  readonly to: number
}

/** A fleet as OpenMetrics text, metric by metric: most functions have nothing to improve, a few of each service do. */
export class LargeFleet {
  readonly #size: FleetSize
  /** Unix seconds. */
  readonly #start: number
  #series = 0

  constructor(size: FleetSize, start: number) {
    this.#size = size
    this.#start = start
  }

  /** Series in one text. */
  get series(): number {
    return this.#series
  }

  *text(piece: Piece): Generator<string> {
    this.#series = 0
    const { functions, followed, cached } = this.#size
    const names = Array.from({ length: functions }, (_, index) => `function${index}`)
    const some = names.slice(0, followed)
    const caches = names.slice(-cached)
    const named = (name: string): Attributes => ({ 'code.function.name': name })
    const called = (index: number): number => 0.2 + (index % 7) * 0.3
    yield* this.#metric(piece, system.uptime, '', [{}], () => ({ level: 3_600 }))
    yield* this.#metric(piece, calls.duration, '_count', names.map(named), (index) => ({ perSecond: called(index) }))
    yield* this.#metric(piece, calls.duration, '_sum', names.map(named), (index) => ({ perSecond: called(index) * secondsOf(index) }))
    yield* this.#metric(piece, cpuWait.cpuTime, '', names.map(named), (index) => ({ perSecond: called(index) * secondsOf(index) * 0.1 }))
    yield* this.#metric(
      piece,
      subjects.info,
      '',
      names.map((name, index) => ({ ...subject(name), 'code.file.path': 'src/agent.ts', 'code.line.number': String(10 * index + 1) })),
      () => ({ level: 1 }),
    )
    for (const metric of [reuse.distance, reuse.age]) yield* this.#buckets(piece, metric, some, called)
    yield* this.#metric(
      piece,
      reuse.checks,
      '',
      some.map((name) => ({ ...subject(name), 'pitwall.reuse.same': 'true' })),
      (index) => ({ perSecond: called(index) / 4 }),
    )
    yield* this.#metric(
      piece,
      runtime.blockedTime,
      '',
      some.map((name) => ({ ...named(name), 'pitwall.cause': 'code' })),
      (index) => ({
        perSecond: index === 0 ? 0.2 : 0.001,
      }),
    )
    const results = caches.flatMap((name) => ['hit', 'miss'].map((result) => ({ ...inMemory(name), 'pitwall.cache.result': result })))
    yield* this.#metric(piece, cache.requests, '', results, (index) => ({ perSecond: index % 2 === 0 ? 3 : 1 }))
    yield* this.#metric(piece, cache.loadDuration, '_count', caches.map(inMemory), () => ({ perSecond: 1 }))
    yield* this.#metric(piece, cache.loadDuration, '_sum', caches.map(inMemory), () => ({ perSecond: 0.05 }))
    yield* this.#metric(piece, cache.entryLimit, '', caches.map(inMemory), () => ({ level: 1_000 }))
    yield* this.#metric(piece, cache.ttl, '', caches.map(inMemory), () => ({ level: 300 }))
    yield '# EOF\n'
  }

  /** Half of the calls of a followed function come back within a hundred entries and two minutes. */
  *#buckets(piece: Piece, metric: HistogramDefinition, names: readonly string[], called: (index: number) => number): Generator<string> {
    const edges = [...metric.buckets, Infinity]
    const half = metric === reuse.distance ? 100 : 120
    const all = names.flatMap((name) => edges.map((edge) => ({ ...subject(name), le: edge === Infinity ? '+Inf' : String(edge) })))
    yield* this.#metric(piece, metric, '_bucket', all, (index) => {
      const edge = edges[index % edges.length] ?? 0
      const share = edge === Infinity ? 1 : (0.5 * Math.min(edge, half)) / half
      return { perSecond: called(Math.floor(index / edges.length)) * share }
    })
  }

  /** All agents' series of one metric. */
  *#metric(
    piece: Piece,
    metric: MetricDefinition,
    part: string,
    attributes: readonly Attributes[],
    valueOf: (index: number) => Growth,
  ): Generator<string> {
    const name = `${prometheusName(metric)}${part}`
    yield `# TYPE ${name} unknown\n`
    for (let agent = 0; agent < this.#size.agents; agent++) {
      const identity = { 'service.name': `service${agent % this.#size.services}`, 'service.instance.id': `agent${agent}` }
      const busy = 0.8 + 0.4 * ((agent * 7) % 10) * 0.1
      for (const [index, own] of attributes.entries()) {
        yield this.#samples(`${name}${labelsOf({ ...own, ...identity })}`, valueOf(index), piece, { busy, phase: agent })
      }
    }
  }

  #samples(series: string, { perSecond = 0, level }: Growth, { from, to }: Piece, { busy, phase }: Agent): string {
    this.#series++
    let text = ''
    for (let second = from; second <= to; second += this.#size.scrapeSeconds) {
      // The integral of a rate that swings by a fifth, within an hour and a half.
      const grown = second + 0.2 * SWING_SECONDS * (Math.cos(phase) - Math.cos(second / SWING_SECONDS + phase))
      text += `${series} ${level ?? Math.round(perSecond * busy * grown * 1_000) / 1_000} ${this.#start + second}\n`
    }
    return text
  }
}

/** Most functions are quick; every tenth takes its time. */
function secondsOf(index: number): number {
  return index % 10 === 0 ? 0.08 : 0.002
}

function subject(name: string): Attributes {
  return { 'pitwall.subject': name, 'pitwall.subject.kind': 'function' }
}

function inMemory(name: string): Attributes {
  return { 'pitwall.cache.name': name, 'pitwall.cache.backend': 'memory' }
}

function labelsOf(attributes: Attributes): string {
  const pairs = Object.entries(attributes).map(([key, value]) => `${prometheusLabel(key)}=${JSON.stringify(value)}`)
  return `{${pairs.join(',')}}`
}
