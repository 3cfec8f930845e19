import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { calls, reuse, runtime, subjects } from '../../sdk/src/contract/index.ts'
import { profiled } from '../../sdk/src/profiled.ts'
import { markCached } from '../../sdk/src/sampling/cached-mark.ts'
import { ManualClock } from '../support/clock.ts'
import { collected, total } from '../support/collected.ts'

const named = (name: string) => ({ 'code.function.name': name })
const subject = (name: string) => ({ 'pitwall.subject': name })

describe('a profiled function', () => {
  it('keeps this, name, length, properties and kind of function', async () => {
    async function find(this: { base: number }, one: number, two: number): Promise<number> {
      return this.base + one + two
    }
    const tagged = Object.assign(find, { version: 3 })
    const wrapped = profiled(tagged)
    expect([wrapped.name, wrapped.length, wrapped.version]).toEqual(['find', 2, 3])
    expect(wrapped.constructor.name).toBe('AsyncFunction')
    expect(await wrapped.call({ base: 1 }, 2, 3)).toBe(6)
  })

  it('counts calls, their duration in seconds, and those that are running', async () => {
    const clock = new ManualClock()
    const { promise, resolve } = Promise.withResolvers<string>()
    const ask = profiled(() => promise, { name: 'ask', clock })
    const asked = ask()
    expect(total(calls.active, named('ask'))).toBe(1)
    clock.advance(400)
    resolve('yes')
    expect(await asked).toBe('yes')
    expect(total(calls.active, named('ask'))).toBe(0)
    expect(collected(calls.duration, named('ask'))).toMatchObject([{ value: { count: 1, sum: 0.4 } }])
    expect(total(calls.errors, named('ask'))).toBe(0)
  })

  it('passes errors on untouched, thrown or rejected, and counts them', async () => {
    const error = new Error('no')
    const thrower = profiled(
      () => {
        throw error
      },
      { name: 'fails' },
    )
    const rejecter = profiled(() => Promise.reject(error), { name: 'fails' })
    expect(thrower).toThrow(error)
    await expect(rejecter()).rejects.toBe(error)
    expect(total(calls.errors, named('fails'))).toBe(2)
    expect(total(calls.active, named('fails'))).toBe(0)
  })

  it('leaves a rejection unhandled when the caller does not handle it', async () => {
    const unhandled = vi.fn<(error: unknown) => void>()
    const listeners = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', unhandled)
    const error = new Error('nobody cares')
    void profiled(() => Promise.reject(error), { name: 'careless' })()
    await new Promise(setImmediate)
    process.removeAllListeners('unhandledRejection')
    for (const listener of listeners) process.on('unhandledRejection', listener)
    expect(unhandled.mock.calls.map(([reason]) => reason)).toEqual([error])
  })

  it('returns a query that runs when it is awaited as the very same object, and does not run it', async () => {
    // As query builders and API clients have them: a promise of their own class.
    class Query extends Promise<number> {}
    const query = new Query((resolve) => resolve(7))
    const awaited = vi.spyOn(query, 'then')
    const returned = profiled(() => query, { name: 'query' })()
    expect(returned).toBe(query)
    expect(awaited).not.toHaveBeenCalled()
    expect(await returned).toBe(7)
    expect(awaited).toHaveBeenCalledOnce()
    expect(collected(calls.duration, named('query'))).toMatchObject([{ value: { count: 1 } }])
  })

  it('says where it was wrapped', () => {
    profiled(() => 1, { name: 'placed' })
    const [point] = collected(subjects.info, subject('placed'))
    expect(point?.attributes).toMatchObject({ 'pitwall.subject.kind': 'function', 'code.file.path': 'test/sdk/profiled.test.ts' })
    expect(point?.attributes['code.line.number']).toBeGreaterThan(0)
  })

  it('says whether its calls go through a cache', () => {
    const fast = profiled(
      markCached(() => 1),
      { name: 'through a cache' },
    )
    fast()
    expect(collected(calls.duration, named('through a cache'))).toMatchObject([{ attributes: { 'pitwall.function.cached': 'true' } }])
  })
})

describe('the arguments of a profiled function', () => {
  /** A function of one argument that takes so many milliseconds. */
  function slow(name: string, milliseconds: number, answer: (question: number) => unknown = (question) => question) {
    const clock = new ManualClock()
    const work = (question: number) => {
      clock.advance(milliseconds)
      return answer(question)
    }
    return { clock, call: profiled(work, { name, clock }), work }
  }

  it('are followed where calls are slow enough: repetition, and whether the result was the same', () => {
    const { call } = slow('search', 2_000)
    for (let round = 0; round < 200; round++) call(round % 4)
    const [point] = collected(reuse.distance, subject('search'))
    expect(point).toMatchObject({ attributes: { 'pitwall.subject.kind': 'function' }, value: { count: 196 } })
    expect(total(reuse.checks, { ...subject('search'), 'pitwall.reuse.same': 'true' })).toBe(192)
    expect(total(reuse.checks, { ...subject('search'), 'pitwall.reuse.same': 'false' })).toBeUndefined()
  })

  it('give no evidence for a cache when results differ, or when there are none', () => {
    let changes = 0
    const changing = slow('changing', 2_000, () => changes++)
    const silent = slow('silent', 20, () => undefined)
    for (let round = 0; round < 50; round++) {
      changing.call(1)
      silent.call(1)
    }
    expect(total(reuse.checks, { ...subject('changing'), 'pitwall.reuse.same': 'false' })).toBe(45)
    expect(total(reuse.checks, { ...subject('changing'), 'pitwall.reuse.same': 'true' })).toBeUndefined()
    expect(collected(reuse.checks, subject('silent'))).toEqual([])
  })

  it('are compared when a promise resolves', async () => {
    const clock = new ManualClock()
    const fetchPage = profiled(
      async (page: number) => {
        clock.advance(3_000)
        return { page }
      },
      { name: 'fetchPage', clock },
    )
    for (let round = 0; round < 20; round++) await fetchPage(round % 2)
    expect(total(reuse.checks, { ...subject('fetchPage'), 'pitwall.reuse.same': 'true' })).toBe(14)
  })

  it('are not followed where hashing them would cost more than it could gain', () => {
    const { call } = slow('quick', 0.01)
    for (let round = 0; round < 600; round++) call(round % 10)
    expect(collected(reuse.distance, subject('quick'))).toEqual([])
  })

  it('are not followed twice where a cache follows them already', () => {
    const { work } = slow('kept', 20)
    const wrapped = profiled(markCached(work), { name: 'kept' })
    for (let round = 0; round < 20; round++) wrapped(1)
    expect(collected(reuse.distance, subject('kept'))).toEqual([])
  })
})

describe('a call that holds the event loop', () => {
  const clock = new ManualClock()
  const held = (name: string) => total(runtime.blockedTime, named(name))

  it('is counted for the innermost profiled function that held it, once', () => {
    const inner = profiled(() => clock.advance(120), { name: 'inner', clock })
    const outer = profiled(
      () => {
        clock.advance(80)
        inner()
        inner()
      },
      { name: 'outer', clock },
    )
    outer()
    expect(held('inner')).toBeCloseTo(0.24)
    expect(held('outer')).toBeCloseTo(0.08)
  })

  it('is counted for the caller of many short ones', () => {
    const step = profiled(() => clock.advance(10), { name: 'step', clock })
    const steps = profiled(() => Array.from({ length: 9 }, () => step()), { name: 'steps', clock })
    steps()
    expect(held('step')).toBeUndefined()
    expect(held('steps')).toBeCloseTo(0.09)
  })

  it('is not counted for time that is only waited', async () => {
    const wait = profiled(
      async () => {
        await Promise.resolve()
        clock.advance(5_000)
      },
      { name: 'wait', clock },
    )
    await wait()
    expect(held('wait')).toBeUndefined()
  })

  it('is counted too when the call throws', () => {
    const crash = profiled(
      () => {
        clock.advance(70)
        throw new Error('crash')
      },
      { name: 'crash', clock },
    )
    expect(crash).toThrow('crash')
    expect(held('crash')).toBeCloseTo(0.07)
  })
})

describe('the longest time that a call holds the event loop', () => {
  const clock = new ManualClock()
  const blocking = (name: string) => collected(calls.blocking, named(name))

  it('is its duration where it is synchronous, and that until it first waits where it is not', async () => {
    profiled(() => clock.advance(30), { name: 'holds', clock })()
    expect(blocking('holds')).toMatchObject([{ value: { count: 1, sum: 0.03 } }])
    const parts = profiled(
      async () => {
        clock.advance(20)
        await undefined
        clock.advance(5_000)
      },
      { name: 'parts', clock },
    )
    await parts()
    expect(blocking('parts')).toMatchObject([{ value: { count: 1, sum: 0.02 } }])
    expect(collected(calls.duration, named('parts'))).toMatchObject([{ value: { count: 1, sum: 5.02 } }])
  })
})

describe('a profiled generator', () => {
  const clock = new ManualClock()
  const duration = (name: string) => collected(calls.duration, named(name))

  function counting(name: string) {
    return profiled(
      function* (to: number) {
        for (let step = 0; step < to; step++) {
          clock.advance(10)
          yield step
        }
      },
      { name, clock },
    )
  }

  it('takes the time of its steps, not that of its consumer, and holds the loop for the longest of them', () => {
    for (const step of counting('steps of it')(3)) clock.advance(1_000 + step)
    expect(duration('steps of it')).toMatchObject([{ value: { count: 1, sum: 0.03 } }])
    expect(collected(calls.blocking, named('steps of it'))).toMatchObject([{ value: { count: 1, sum: 0.01 } }])
  })

  it('is over when it is left, and counted once however often it is asked then', () => {
    const generator = counting('left')(3)
    for (const step of generator) if (step === 1) break
    generator.next()
    expect(duration('left')).toMatchObject([{ value: { count: 1, sum: 0.02 } }])
  })

  it('is not counted before it is over', () => {
    counting('under way')(3).next()
    expect(total(calls.duration, named('under way'))).toBe(0)
  })

  it('counts as failed where its body throws', () => {
    const failing = profiled(
      function* () {
        yield 1
        throw new Error('no')
      },
      { name: 'failing steps' },
    )
    expect(() => [...failing()]).toThrow('no')
    expect(total(calls.errors, named('failing steps'))).toBe(1)
  })

  it('takes the time until its steps are settled where it is asynchronous', async () => {
    const later = profiled(
      async function* () {
        clock.advance(10)
        await undefined
        clock.advance(400)
        yield 1
      },
      { name: 'steps later', clock },
    )
    for await (const step of later()) clock.advance(1_000 + step)
    expect(duration('steps later')).toMatchObject([{ value: { count: 1, sum: 0.41 } }])
    expect(collected(calls.blocking, named('steps later'))).toMatchObject([{ value: { count: 1, sum: 0.01 } }])
  })
})

describe('a function that takes less than 2 µs', () => {
  it('has every call and error counted, in sums and histograms too, though few are timed', () => {
    const clock = new ManualClock()
    let looks = 0
    const counting = { now: () => (looks++, clock.now()) }
    const quick = profiled(
      (fails: boolean) => {
        clock.advance(0.001)
        if (fails) throw new Error('no')
      },
      { name: 'quick one', clock: counting },
    )
    for (let call = 0; call < 10_000; call++)
      if (call % 100 === 0) expect(() => quick(true)).toThrow('no')
      else quick(false)
    expect(collected(calls.duration, named('quick one'))).toMatchObject([{ value: { count: 10_000, sum: expect.closeTo(0.01, 6) } }])
    expect(total(calls.errors, named('quick one'))).toBe(100)
    expect(looks).toBeLessThan(2_000)
  })

  it('is timed by every call once it returns a promise', async () => {
    const both = profiled((later: boolean) => (later ? Promise.resolve(1) : 1), { name: 'both ways' })
    for (let call = 0; call < 1_000; call++) both(false)
    expect(await both(true)).toBe(1)
    expect(total(calls.duration, named('both ways'))).toBe(1_001)
    expect(total(calls.active, named('both ways'))).toBe(0)
  })
})

describe('a call so deep that the stack overflows', () => {
  it('does not disturb what is measured after it', () => {
    const clock = new ManualClock()
    const endless: () => number = profiled(() => endless() + 1, { name: 'endless' })
    expect(endless).toThrow(RangeError)
    profiled(() => clock.advance(5), { name: 'after the overflow', clock })()
    expect(collected(calls.duration, named('after the overflow'))).toMatchObject([{ value: { count: 1, sum: 0.005 } }])
  })
})

describe('spans of profiled functions', () => {
  const exporter = new InMemorySpanExporter()
  afterEach(() => {
    trace.disable()
    context.disable()
  })

  it('are made under a recording span, and not without one', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
    const look = profiled(() => 1, { name: 'look' })
    look()
    trace.getTracer('agent').startActiveSpan('request', (span) => {
      look()
      span.end()
    })
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['look', 'request'])
  })
})

describe('profiled', () => {
  it.each([
    [
      'no function',
      undefined,
      'f',
      'the first argument of profiled must be a function, or options where it is a decorator, got undefined.',
    ],
    ['an empty name', () => 1, '', "name must be a string of at least one character, got ''."],
    ['a name that is no text', () => 1, 5, 'name must be a string of at least one character, got 5.'],
  ])('refuses %s in one sentence', (_what, fn, name, sentence) => {
    // As a program in JavaScript may call it.
    expect(() => Reflect.apply(profiled, undefined, [fn, { name }])).toThrow(sentence)
  })
})
