import { describe, expect, it } from 'vitest'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { keepShape } from '../../../sdk/src/sampling/keep-shape.ts'
import { profiled } from '../../../sdk/src/profiled.ts'

/** A tool as agents describe them to a model. */
function tool() {
  return Object.assign((city: string) => city.length, { description: 'Counts letters.', schema: { type: 'string' } })
}

describe('a wrapped function', () => {
  it('keeps the properties of the function, cached and profiled', () => {
    const fn = tool()
    for (const wrapped of [
      cached(fn, { name: 'keep-shape' }),
      profiled(fn, { name: 'keep-shape' }),
      profiled(cached(fn, { name: 'keep-shape' })),
    ]) {
      expect(wrapped.description).toBe('Counts letters.')
      expect(wrapped.schema).toBe(fn.schema)
      expect(wrapped('Rome')).toBe(4)
    }
  })

  it('keeps what the wrapper itself has, also where the function is frozen', () => {
    const fn = Object.freeze(Object.assign((value: number) => value, { stats: 'mine', peek: 'mine' }))
    const ask = cached(fn, { name: 'keep-shape-frozen' })
    expect(ask(1)).toBe(1)
    expect(Reflect.get(ask, 'stats')).toBeTypeOf('function')
    expect(profiled(fn).stats).toBe('mine')
  })

  it('keeps accessors and symbols, and the prototype', () => {
    const mark = Symbol('mark')
    let reads = 0
    const fn = Object.defineProperty(async () => 1, mark, { get: () => ++reads })
    const wrapper = keepShape(() => Promise.resolve(1), fn)
    expect(reads).toBe(0)
    expect(Reflect.get(wrapper, mark)).toBe(1)
    expect(Object.getPrototypeOf(wrapper)).toBe(Object.getPrototypeOf(fn))
  })

  it('takes over nothing of a function that no other can have', () => {
    // Functions of sloppy code have `arguments` and `caller`.
    const sloppy: unknown = new Function('return 1')
    if (typeof sloppy !== 'function') throw new Error('no function')
    expect(Object.keys(Object.getOwnPropertyDescriptors(keepShape(() => 1, sloppy)))).toEqual(['length', 'name', 'prototype'])
  })
})
