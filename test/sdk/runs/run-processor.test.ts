import { context, diag, type Span, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, it } from 'vitest'
import { prometheusName, runs } from '../../../sdk/src/contract/index.ts'
import { Overhead } from '../../../sdk/src/sampling/overhead.ts'
import { noteArguments, rememberArguments } from '../../../sdk/src/telemetry/span-arguments.ts'
import { guarded } from '../../../sdk/src/runs/guarded.ts'
import { RunProcessor } from '../../../sdk/src/runs/run-processor.ts'
import { RunStatistics } from '../../../sdk/src/runs/run-statistics.ts'
import type { Clock } from '../../../sdk/src/clock.ts'

/** Spans at given seconds, and what is counted of them by name and attributes. */
class Agent {
  /** Milliseconds, and how long a look at the clock takes. */
  now = 0
  lookMs = 0
  readonly clock: Clock = { now: () => (this.now += this.lookMs) }
  readonly overhead = new Overhead(this.clock)
  readonly #statistics = new RunStatistics(() => 0.5)
  readonly #deferred: (() => void)[] = []
  readonly processor = new RunProcessor({
    statistics: this.#statistics,
    clock: this.clock,
    overhead: this.overhead,
    defer: (work) => void this.#deferred.push(work),
  })
  readonly #tracer: Tracer = new TracerProvider({ spanProcessors: [this.processor] }).getTracer('agent')

  begin(name: string, second: number, parent?: Span): Span {
    return this.#tracer.startSpan(
      name,
      { startTime: 1e12 + second * 1_000 },
      parent ? trace.setSpan(context.active(), parent) : context.active(),
    )
  }

  end(span: Span, second: number): void {
    span.end(1e12 + second * 1_000)
  }

  call(name: string, start: number, end: number, parent: Span): Span {
    const span = this.begin(name, start, parent)
    this.end(span, end)
    return span
  }

  /** A call from a millisecond to another, told by its span as OpenTelemetry does: from the whole one before. */
  told(name: string, start: number, end: number, parent: Span): void {
    this.now = start
    const span = this.begin(name, Math.floor(start) / 1_000, parent)
    this.now = end
    this.end(span, (Math.floor(start) + end - start) / 1_000)
  }

  rest(): void {
    for (let work = this.#deferred.shift(); work !== undefined; work = this.#deferred.shift()) work()
  }

  counted(): Record<string, number> {
    const all: Record<string, number> = {}
    this.#statistics.collect({
      number: (metric, attributes, value) => void (all[`${prometheusName(metric)} ${Object.values(attributes).join(' ')}`] = value),
      histogram: (metric, _, { count }) => void (all[prometheusName(metric)] = count),
    })
    return all
  }
}

const duration = prometheusName(runs.duration)
const savedBy = (name: string, scenario: string) => `${prometheusName(runs.savedTime)} ${name} ${scenario}`
const callsOf = (name: string, pattern: string) => `${prometheusName(runs.calls)} ${name} ${pattern}`

/** A run of `length` seconds in which `read` is called as often, one after the other. */
function loop(agent: Agent, length: number): void {
  const root = agent.begin('run', 0)
  for (let second = 0; second < length; second++) agent.call('read', second, second + 1, root)
  agent.end(root, length)
}

describe('runs, by their spans', () => {
  it('are looked at when they have ended and the agent is done with its work', () => {
    const agent = new Agent()
    loop(agent, 3)
    expect(agent.counted()).toEqual({ [duration]: 1 })
    agent.rest()
    expect(agent.counted()).toMatchObject({
      [duration]: 1,
      [callsOf('read', 'sequential')]: 3,
      [savedBy('read', 'concurrent')]: 2,
      [savedBy('read', 'hits_100')]: 3,
    })
  })

  it('are looked at before the process ends', async () => {
    const agent = new Agent()
    loop(agent, 3)
    await agent.processor.forceFlush()
    expect(agent.counted()[savedBy('read', 'concurrent')]).toBe(2)
  })

  it('tell calls one after the other, though by their spans they seem to overlap', () => {
    const agent = new Agent()
    const root = agent.begin('run', 0)
    agent.told('read', 0.1, 2.4, root)
    agent.told('read', 2.5, 4.3, root)
    agent.now = 5
    agent.end(root, 0.005)
    agent.rest()
    const counted = agent.counted()
    expect(counted[callsOf('read', 'sequential')]).toBe(2)
    expect(counted[savedBy('read', 'hits_100')]).toBeCloseTo(0.0041, 9)
  })

  it('tell attempts and equal calls', () => {
    rememberArguments()
    const agent = new Agent()
    const root = agent.begin('run', 0)
    for (const second of [0, 2, 4]) {
      const failed = agent.begin('ask', second, root)
      failed.setStatus({ code: SpanStatusCode.ERROR })
      agent.end(failed, second + 1)
    }
    agent.call('ask', 6, 7, root)
    for (const second of [7, 8, 9]) {
      const equal = agent.begin('look', second, root)
      noteArguments(equal, 5)
      agent.end(equal, second + 1)
    }
    agent.end(root, 10)
    agent.rest()
    expect(agent.counted()).toMatchObject({
      [callsOf('ask', 'retry')]: 3,
      [callsOf('ask', 'recovered')]: 1,
      // Two seconds of trying, and two of waiting for that.
      [savedBy('ask', 'without_failed_retries')]: 4,
      [savedBy('look', 'once')]: 2,
    })
  })

  it('are not connections, nor spans whose parent is still open', () => {
    const agent = new Agent()
    const root = agent.begin('run', 0)
    agent.call('pg-pool.connect', 0, 1, root)
    agent.call('late', 0, 1, agent.begin('open', 0, root))
    agent.end(root, 1)
    agent.rest()
    expect(agent.counted()).toEqual({ [duration]: 1 })
  })

  it('that the budget does not allow are stood for by the next one that it does', () => {
    const agent = new Agent()
    agent.lookMs = 10
    for (let run = 0; run < 4; run++) {
      loop(agent, 2)
      agent.rest()
    }
    expect(agent.counted()).toMatchObject({ [duration]: 4, [callsOf('read', 'sequential')]: 2 })
    agent.now += 3_600_000
    loop(agent, 2)
    agent.rest()
    expect(agent.counted()[callsOf('read', 'sequential')]).toBe(10)
    expect(agent.overhead.ofLayer('runs')).toBeGreaterThan(0)
  })

  it('too large to be kept are not looked at', () => {
    const agent = new Agent()
    loop(agent, 401)
    agent.rest()
    expect(agent.counted()).toEqual({ [duration]: 1 })
    expect(agent.overhead.heldBytes).toBe(0)
  })

  it('that are under way are no more than 64, and hold nothing when following ends', async () => {
    const agent = new Agent()
    const roots = Array.from({ length: 65 }, () => agent.begin('run', 0))
    for (const root of roots) agent.call('read', 0, 1, root)
    expect(agent.overhead.heldBytes).toBe(64 * 700)
    await agent.processor.shutdown()
    expect(agent.overhead.heldBytes).toBe(0)
  })
})

describe('what goes wrong with following runs', () => {
  it.each(['ended', 'look'] as const)('does not reach the agent, and is said once: in %s', (method) => {
    const said: string[] = []
    diag.setLogger({ ...silent, warn: (text) => void said.push(text) }, { suppressOverrideMessage: true })
    const broken = new RunStatistics(() => 0.5)
    broken[method] = () => {
      throw new Error('a mistake of ours')
    }
    const clock = { now: () => 0 }
    const processor = guarded(
      (defer) => new RunProcessor({ statistics: broken, clock, overhead: new Overhead(clock), defer }),
      (work) => work(),
    )
    const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('agent')
    for (let run = 0; run < 3; run++) expect(() => tracer.startSpan('run').end()).not.toThrow()
    expect(said).toEqual(['runs are not followed any more (a mistake of ours); how calls follow each other stays unknown.'])
    diag.disable()
  })
})

const nothing = () => {}
const silent = { error: nothing, warn: nothing, info: nothing, debug: nothing, verbose: nothing }
