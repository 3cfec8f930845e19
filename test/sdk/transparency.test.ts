import * as fc from 'fast-check'
import { Keyv } from 'keyv'
import { LRUCache } from 'lru-cache'
import { describe, expect, it } from 'vitest'
import * as yaml from 'yaml'
import { cached } from '../../sdk/src/cache/cached.ts'
import { profiled } from '../../sdk/src/profiled.ts'
import { runAgent, runPreloaded } from '../support/agent-process.ts'

type Anything = (this: unknown, ...args: unknown[]) => unknown

/** What a function may do when it is called: the end, and whether it comes by a promise, and after how many turns. */
interface Behaviour {
  readonly ends: 'returns' | 'throws'
  readonly turns: number
}

/** A function of each kind, new each time; it tells what it was called with. */
const kinds: Readonly<Record<string, (behaviour: Behaviour) => Anything>> = {
  function: ({ ends }) =>
    function plain(this: unknown, one: unknown, ...more: unknown[]) {
      return end(ends, [this, one, more])
    },
  arrow:
    ({ ends }) =>
    (one, other) =>
      end(ends, [one, other]),
  method: ({ ends }) =>
    ({
      method(this: unknown, one: unknown) {
        return end(ends, [this, one])
      },
    }).method,
  async: ({ ends, turns }) =>
    async function later(this: unknown, one: unknown) {
      for (let turn = 0; turn < turns; turn++) await undefined
      return end(ends, [this, one])
    },
  'function that returns a promise': ({ ends }) =>
    function promise(one: unknown) {
      return ends === 'returns' ? Promise.resolve(one) : Promise.reject(new RangeError('promised'))
    },
  'function that returns a promise with a method': () =>
    function cancellable(one: unknown) {
      return Object.assign(Promise.resolve(one), { cancel: () => 'cancelled' })
    },
  bound: ({ ends }) =>
    function bound(this: unknown, one: unknown, other: unknown) {
      return end(ends, [this, one, other])
    }.bind({ owner: true }, 1),
  proxy: ({ ends }) =>
    new Proxy((one: unknown) => end(ends, [one]), {
      apply: (target, self, args) => ['through a proxy', self, Reflect.apply(target, self, args)],
      get: (target, key, receiver) => (key === 'secret' ? 42 : Reflect.get(target, key, receiver)),
    }),
  'function with properties': ({ ends }) =>
    Object.assign((one: unknown) => end(ends, [one]), { description: 'says so', [Symbol.for('mark')]: true }),
}

function end(ends: Behaviour['ends'], seen: unknown): unknown {
  if (ends === 'throws') throw new RangeError('no')
  return seen
}

const behaviours = fc.record({ ends: fc.constantFrom('returns' as const, 'throws' as const), turns: fc.nat(3) })
const values = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.constant(undefined), fc.record({ id: fc.nat() }))
const calls = fc.record({
  self: fc.constantFrom<unknown>(undefined, null, 5, { me: true }),
  args: fc.array(values, { maxLength: 3 }),
})

/** What a caller sees of a call, and by how many turns of the microtask queue later. */
async function seen(fn: Anything, self: unknown, args: unknown[]) {
  let result: unknown
  try {
    result = Reflect.apply(fn, self, args)
  } catch (error) {
    return { threw: error, turns: 0 }
  }
  if (!(result instanceof Promise)) return { returned: result, turns: 0 }
  const properties = Object.keys(result)
  let turns = 0
  const outcome = result.then(
    (value: unknown) => ({ resolved: value, turns }),
    (error: unknown) => ({ rejected: error, turns }),
  )
  for (; turns < 50; turns++) await undefined
  return { properties, ...(await outcome) }
}

/** What `cached` adds. */
const added = new Set([Symbol.for('pitwall.cached'), Symbol.asyncDispose])

function shape(fn: object) {
  // What is made by a generator function cannot be compared by its looks.
  const hidden = new Set(['arguments', 'caller', 'prototype'])
  const own = Object.entries(Object.getOwnPropertyDescriptors(fn)).filter(([key]) => !hidden.has(key))
  return {
    own: Object.fromEntries(own),
    symbols: Object.getOwnPropertySymbols(fn).filter((symbol) => !added.has(symbol)),
    prototype: Object.getPrototypeOf(fn),
    isConstructor: isConstructor(fn),
  }
}

function isFunction(value: unknown): value is Anything {
  return typeof value === 'function'
}

function isConstructor(fn: object): boolean {
  try {
    Reflect.construct(Object, [], Object(fn))
    return true
  } catch {
    return false
  }
}

describe('a function that is profiled', () => {
  it.each(Object.entries(kinds))('does as the function itself: %s', async (_kind, make) => {
    await fc.assert(
      fc.asyncProperty(behaviours, fc.array(calls, { minLength: 1, maxLength: 4 }), async (behaviour, several) => {
        const bare = make(behaviour)
        const wrapped = profiled(bare, { name: 'transparency' })
        expect(shape(wrapped)).toEqual(shape(bare))
        expect(Object.getOwnPropertyDescriptor(wrapped, 'prototype')).toEqual(Object.getOwnPropertyDescriptor(bare, 'prototype'))
        for (const { self, args } of several) {
          const [one, other] = [await seen(bare, self, args), await seen(wrapped, self, args)]
          expect({ ...other, turns: 0 }).toEqual({ ...one, turns: 0 })
          // By design one turn later: whoever listens to the promise itself would handle its rejection.
          expect(other.turns).toBe('threw' in one || 'returned' in one ? 0 : one.turns + 1)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('returns the very object that the function returned, unless it is a promise', () => {
    const object = JSON.parse('{ "then": "no function" }')
    const hostile = new Proxy(object, {
      get() {
        throw new Error('do not ask')
      },
    })
    expect(profiled(() => object, { name: 'transparency' })()).toBe(object)
    expect(profiled(() => hostile, { name: 'transparency' })()).toBe(hostile)
  })

  it('is a constructor where the function is one, with the same instances, statics and new.target', () => {
    class Base {
      static made = 0
      readonly target: unknown
      readonly args: unknown[]
      #secret = 7
      constructor(...args: unknown[]) {
        this.target = new.target
        this.args = args
        Base.made++
      }
      secret(): number {
        return this.#secret
      }
    }
    const Wrapped = profiled(Base)
    class Derived extends Wrapped {}
    const [one, derived] = [new Wrapped(1), new Derived(2)]
    expect([one.target, one.args, one.secret(), one instanceof Base, one instanceof Wrapped]).toEqual([Base, [1], 7, true, true])
    expect([derived.target, derived.args, derived.secret(), derived instanceof Base]).toEqual([Derived, [2], 7, true])
    expect(Wrapped.made).toBe(2)
    expect(shape(Wrapped)).toEqual(shape(Base))
    expect(() => Reflect.apply(Object(Wrapped), undefined, [])).toThrow("Class constructor Base cannot be invoked without 'new'")
  })

  it('is an old constructor too, and no constructor where the function is none', () => {
    const Old = new Function('name', 'if (!new.target) return "called"; this.name = name; this.own = new.target === arguments.callee')
    const Wrapped: Function = profiled(Object(Old), { name: 'transparency' })
    expect(Reflect.construct(Wrapped, ['Ann'])).toEqual({ name: 'Ann', own: true })
    expect(Reflect.construct(Wrapped, ['Ann'])).toBeInstanceOf(Old)
    expect(Reflect.apply(Wrapped, undefined, [])).toBe('called')
    expect(() =>
      Reflect.construct(
        profiled(() => 1),
        [],
      ),
    ).toThrow(TypeError)
  })
})

describe('a generator function that is profiled', () => {
  function* count(this: unknown, to: number): Generator<number, string, unknown> {
    try {
      for (let step = 1; step <= to; step++) if ((yield step) === 'skip') step++
      return 'end'
    } finally {
      closed++
    }
  }
  async function* countLater(to: number): AsyncGenerator<number, string, unknown> {
    yield* count(to)
    return 'end'
  }
  let closed = 0

  it('makes generators that do the same, whatever is asked of them', () => {
    const wrapped = profiled(count)
    expect(shape(wrapped)).toEqual(shape(count))
    expect(wrapped.prototype === count.prototype).toBe(true)
    fc.assert(
      fc.property(fc.nat(4), fc.array(fc.constantFrom('next', 'skip', 'return', 'throw'), { maxLength: 6 }), (to, steps) => {
        const told = [count, wrapped].map((fn) => {
          const generator = fn(to)
          expect(generator instanceof count).toBe(true)
          return steps.map((step) => {
            try {
              if (step === 'return') return generator.return('early')
              return step === 'throw' ? generator.throw(new Error('stop')) : generator.next(step)
            } catch (error) {
              return error
            }
          })
        })
        expect(told[1]).toEqual(told[0])
      }),
    )
    const before = closed
    for (const one of wrapped(3)) if (one === 2) break
    expect(closed).toBe(before + 1)
    expect([...wrapped(3)]).toEqual([1, 2, 3])
  })

  it('makes asynchronous ones too', async () => {
    const wrapped = profiled(countLater)
    expect(shape(wrapped)).toEqual(shape(countLater))
    const all: number[] = []
    for await (const one of wrapped(3)) all.push(one)
    expect(all).toEqual([1, 2, 3])
    const generator = wrapped(3)
    expect(await Promise.all([generator.next(), generator.next(), generator.return('early'), generator.next()])).toEqual([
      { value: 1, done: false },
      { value: 2, done: false },
      { value: 'early', done: true },
      { value: undefined, done: true },
    ])
  })
})

// By design a cached function does not run again for the same arguments, whatever `this` is, is no constructor, and has methods of its own.
describe('a function that is cached', () => {
  const alike = Object.entries(kinds).filter(([kind]) => !kind.includes('with a method'))

  it.each(alike)('gives what the function itself gives, each time: %s', async (_kind, make) => {
    await fc.assert(
      fc.asyncProperty(behaviours, fc.array(calls, { minLength: 1, maxLength: 4 }), async (behaviour, several) => {
        const bare = make(behaviour)
        const wrapped: Anything = cached(bare, { name: 'transparency' })
        const { own, symbols, prototype } = shape(bare)
        expect(shape(wrapped)).toMatchObject({ own, symbols, prototype })
        for (const { args } of several)
          expect({ ...(await seen(wrapped, undefined, args)), turns: 0 }).toEqual({ ...(await seen(bare, undefined, args)), turns: 0 })
      }),
      { numRuns: 30 },
    )
  })
})

describe('popular packages', () => {
  const texts = fc.json().map((text) => yaml.stringify(JSON.parse(text)))

  it('have no export that looks different when it is profiled, and none that looks different when it is cached but for classes', () => {
    const exports = [yaml, { Keyv }, { LRUCache }].flatMap((module) => Object.values<unknown>(module)).filter((value) => isFunction(value))
    expect(exports.length).toBeGreaterThanOrEqual(20)
    for (const fn of exports) {
      expect(shape(profiled(fn, { name: 'transparency' }))).toEqual(shape(fn))
      const { own, symbols, prototype } = shape(fn)
      if (!isConstructor(fn)) expect(shape(cached(fn, { name: 'transparency' }))).toMatchObject({ own, symbols, prototype })
    }
  })

  it('yaml does the same with every function of it wrapped', () => {
    for (const wrap of [(fn: Anything) => profiled(fn), (fn: Anything) => cached(fn, { key: (...args) => JSON.stringify(args) })]) {
      const parse: Anything = wrap((text) => yaml.parse(String(text)))
      const stringify: Anything = wrap((value) => yaml.stringify(value))
      fc.assert(
        fc.property(texts, (text) => {
          expect(parse(text)).toEqual(yaml.parse(text))
          expect(stringify(parse(text))).toEqual(yaml.stringify(yaml.parse(text)))
        }),
      )
    }
    expect(() => profiled(yaml.parse)('[')).toThrow(yaml.YAMLParseError)
    const Document = profiled(yaml.Document)
    expect(String(new Document({ one: 1 }))).toBe(String(new yaml.Document({ one: 1 })))
    expect(yaml.isDocument(new Document())).toBe(true)
  })

  it('lru-cache does', () => {
    const Wrapped = profiled(LRUCache)
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(6), fc.boolean())), (operations) => {
        const [bare, wrapped] = [new LRUCache<number, number>({ max: 3 }), new Wrapped<number, number>({ max: 3 })]
        wrapped.get = profiled(wrapped.get, { name: 'lru.get' })
        for (const [key, isRead] of operations)
          if (isRead) expect(wrapped.get(key)).toBe(bare.get(key))
          else expect(wrapped.set(key, key).size).toBe(bare.set(key, key).size)
        expect(wrapped.dump()).toEqual(bare.dump().map(([key, entry]) => [key, { ...entry }]))
      }),
    )
  })

  it('keyv does', async () => {
    const [bare, wrapped] = [new Keyv(), new (profiled(Keyv))()]
    wrapped.get = profiled(wrapped.get.bind(wrapped), { name: 'keyv.get' })
    for (const store of [bare, wrapped]) await store.set('one', { id: 1 })
    expect(await wrapped.get('one')).toEqual(await bare.get('one'))
    expect(await wrapped.get('none')).toBe(await bare.get('none'))
  })

  it('print the same in a process that is started with the SDK', async () => {
    const program = `
      import { parse, stringify } from 'yaml'
      import { LRUCache } from 'lru-cache'
      import { Keyv } from 'keyv'
      const order = []
      setTimeout(() => order.push('timer'), 1)
      setImmediate(() => order.push('immediate'))
      process.nextTick(() => order.push('tick'))
      Promise.reject(new Error('late')).catch(() => order.push('caught'))
      const cache = new LRUCache({ max: 2 })
      for (const key of [1, 2, 1, 3]) cache.set(key, parse(stringify({ key })))
      const keyv = new Keyv()
      await keyv.set('one', [...cache.keys()])
      const error = await keyv.get('one').then(() => parse('[')).catch((error) => error.name)
      setTimeout(() => console.log(JSON.stringify([order.toSorted(), [...cache.keys()], error, process.listenerCount('uncaughtException')])), 20)`
    const env = { OTEL_METRICS_EXPORTER: 'none' }
    const [bare, preloaded] = await Promise.all([runAgent(program, env), runPreloaded(program, env)])
    expect({ ...preloaded, endingMs: 0 }).toEqual({ ...bare, endingMs: 0 })
    expect(bare.stdout).toContain('YAMLParseError')
  })
})
