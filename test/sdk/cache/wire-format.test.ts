import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '../../../sdk/src/cache/wire-format.ts'

describe('the wire format', () => {
  it('gives back JSON data as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = encode(value)
        expect(text).toBeDefined()
        expect(decode(text ?? '')).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it.each([
    ['a cycle', cycle()],
    ['a BigInt', { n: 1n }],
    ['a Map', { seen: new Map([[1, 2]]) }],
    ['a Set', [new Set([1])]],
    ['binary data', { embedding: new Float32Array(3) }],
    ['NaN', [Number.NaN]],
    ['a promise', Promise.resolve(1)],
    ['undefined', undefined],
    ['a function', () => 1],
  ])('does not write %s', (_what, value) => {
    expect(encode(value)).toBeUndefined()
  })

  it.each([
    [''],
    ['garbage'],
    ['{"v":1'],
    ['null'],
    ['1'],
    ['"text"'],
    ['[]'],
    ['{}'],
    ['{"v":1}'],
    ['{"value":1}'],
    ['{"v":2,"value":1}'],
    ['{"v":"1","value":1}'],
    ['{"__proto__":{"v":1,"value":"evil"}}'],
  ])('takes %s for nothing', (text) => {
    expect(decode(text)).toBeUndefined()
  })

  it('takes any text for a value or for nothing, and never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decode(text)))
  })

  it('lets a value with a field named __proto__ pollute nothing', () => {
    const value = decode('{"v":1,"value":{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}}')
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'constructor'])
    expect('admin' in {}).toBe(false)
  })
})

function cycle(): unknown {
  const value: { self?: unknown } = {}
  value.self = value
  return value
}
