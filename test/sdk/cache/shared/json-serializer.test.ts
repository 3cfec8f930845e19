import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonSerializer } from '../../../../sdk/src/cache/shared/json-serializer.ts'

const bytesOf = (value: unknown): Uint8Array => Buffer.from(jsonSerializer.serialize(value))

describe('the JSON serializer', () => {
  it('gives back plain data as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonSerializer.deserialize(bytesOf(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it.each([
    ['a cycle', cycle()],
    ['a BigInt', { n: 1n }],
    ['a Map', { seen: new Map([[1, 2]]) }],
    ['a Set', [new Set([1])]],
    ['binary data', { embedding: new Float32Array(3) }],
    ['a Buffer, which has a toJSON', { image: Buffer.from('x') }],
    ['a Buffer alone', Buffer.from('x')],
    ['an ArrayBuffer', [new ArrayBuffer(2)]],
    ['an error', { cause: new Error('x') }],
    ['a regular expression', [/x/]],
    ['NaN', [Number.NaN]],
    ['a promise', Promise.resolve(1)],
    ['undefined', undefined],
    ['a function', () => 1],
  ])('does not write %s, which it would lose', (_what, value) => {
    expect(() => jsonSerializer.serialize(value)).toThrow(TypeError)
  })

  it('does not read bytes that are no text', () => {
    expect(() => jsonSerializer.deserialize(Buffer.from([0x22, 0xff, 0x22]))).toThrow(TypeError)
  })

  it('lets a value with a field named __proto__ pollute nothing', () => {
    const value = jsonSerializer.deserialize(Buffer.from('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}'))
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(Object(value))).toEqual(['__proto__', 'constructor'])
    expect('admin' in {}).toBe(false)
  })
})

function cycle(): unknown {
  const value: { self?: unknown } = {}
  value.self = value
  return value
}
