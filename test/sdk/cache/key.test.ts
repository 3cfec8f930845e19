import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyOfArguments, keyOfText, scopedKey } from '../../../sdk/src/cache/key.ts'

class Query {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

class Other extends Query {}

class Hidden {
  readonly #secret = 1
  read(): number {
    return this.#secret
  }
}

const cyclic: { self?: unknown } = {}
cyclic.self = cyclic

describe('keyOfArguments', () => {
  it('takes a single string as it is', () => {
    expect(keyOfArguments(['weather in Bern'])).toBe('weather in Bern')
  })

  it('does not depend on the order of fields, at any depth', () => {
    expect(keyOfArguments([{ a: 1, b: { c: 2, d: 3 } }])).toBe(keyOfArguments([{ b: { d: 3, c: 2 }, a: 1 }]))
  })

  it.each([
    ['1', 1],
    [1, 1n],
    [1, true],
    ['null', null],
    ['undefined', undefined],
    [null, undefined],
    [Number.NaN, null],
    [[1, 2], ['1,2']],
    [
      [1, [2]],
      [[1], 2],
    ],
    [{ a: 1 }, [['a', 1]]],
    [{ a: undefined }, {}],
    [new Date(0), 0],
    [new Date(0), new Date(0).toISOString()],
    [new Map([['a', 1]]), { a: 1 }],
    [new Map([['a', 1]]), new Set([['a', 1]])],
    [new Set([1, 2]), [1, 2]],
    [/a/g, '/a/g'],
    [/a/g, /a/i],
    [new Query('x'), { text: 'x' }],
    [new Query('x'), new Other('x')],
    [new URL('http://a/'), 'http://a/'],
    [new Uint8Array([1]), new Int8Array([1])],
    [new Uint8Array([1]), [1]],
    ['~["x"]', ['x']],
    ['~#abc', ['~#abc']],
  ])('tells %o from %o', (one, other) => {
    expect(keyOfArguments([one])).toBeDefined()
    expect(keyOfArguments([one])).not.toBe(keyOfArguments([other]))
    expect(keyOfArguments([{ inside: one }])).not.toBe(keyOfArguments([{ inside: other }]))
  })

  it('tells no argument, one and two apart', () => {
    const keys = [[], [''], [undefined], ['', undefined], ['', ''], [['', '']]].map((args) => keyOfArguments(args))
    expect(new Set(keys).size).toBe(keys.length)
  })

  it.each([
    ['equal Dates', new Date(5), new Date(5)],
    ['equal URLs', new URL('http://a/b'), new URL('http://a/b')],
    ['equal class instances', new Query('x'), new Query('x')],
    ['0 and -0', 0, -0],
    ['an object without prototype and a plain one', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['any two AbortSignals', AbortSignal.abort(), new AbortController().signal],
    ['equal bytes', Buffer.from('abc'), Buffer.from('abc')],
  ])('gives %s the same key', (_what, one, other) => {
    expect(keyOfArguments([one])).toBeDefined()
    expect(keyOfArguments([one])).toBe(keyOfArguments([other]))
  })

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a cycle', cyclic],
    ['an instance that hides its state', new Hidden()],
    ['a WeakMap', new WeakMap()],
    ['a promise', Promise.resolve(1)],
    [
      'a getter that throws',
      {
        get broken() {
          throw new Error('no')
        },
      },
    ],
    ['an error, whose message is hidden', Object.assign(new Error('a'), { code: 1 })],
  ])('makes no key from %s', (_what, value) => {
    expect(keyOfArguments([value])).toBeUndefined()
    expect(keyOfArguments([{ deep: [value] }])).toBeUndefined()
  })

  it('takes parts that are shared but no cycle', () => {
    const shared = { a: 1 }
    expect(keyOfArguments([[shared, shared]])).toBe(keyOfArguments([[{ a: 1 }, { a: 1 }]]))
  })

  it('keeps a field named __proto__ for what it is', () => {
    const parsed: unknown = JSON.parse('{"__proto__":{"admin":true}}')
    expect(keyOfArguments([parsed])).not.toBe(keyOfArguments([{}]))
    expect(keyOfArguments([parsed])).toBe(keyOfArguments([JSON.parse('{"__proto__":{"admin":true}}')]))
  })

  it('hashes what is longer than 128 characters, and shows nothing of it', () => {
    const key = keyOfArguments([`my password is hunter2 ${'x'.repeat(200)}`])
    expect(key).toMatch(/^~#[\w-]{43}$/)
    expect(key).not.toBe(keyOfArguments([`my password is hunter3 ${'x'.repeat(200)}`]))
  })

  it('gives JSON data equal keys exactly when they are equal', () => {
    const data = fc.jsonValue({ noUnicodeString: false, stringUnit: 'binary' })
    fc.assert(
      fc.property(data, data, (one, other) => {
        expect(keyOfArguments([one]) === keyOfArguments([other])).toBe(isDeepStrictEqual(withoutMinusZero(one), withoutMinusZero(other)))
        expect(keyOfArguments([structuredClone(one)])).toBe(keyOfArguments([one]))
      }),
      { numRuns: 2_000 },
    )
  })

  it('never throws, whatever it is given', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
    })
    fc.assert(fc.property(fc.array(anything), (args) => void expect(['string', 'undefined']).toContain(typeof keyOfArguments(args))))
  })
})

/** A copy whose zeros have no sign: to the key, 0 and -0 are one. */
function withoutMinusZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

describe('keyOfText', () => {
  it('keeps short keys, and those of users apart from those made from arguments', () => {
    expect(keyOfText('user:1')).toBe('user:1')
    const made = keyOfArguments([1]) ?? ''
    expect(keyOfText(made)).not.toBe(made)
  })

  it('tells scopes apart, also where scope and key run into each other, and from keys without a scope', () => {
    const keys = [
      scopedKey('a', 'b'),
      scopedKey('ab', ''),
      scopedKey('a"', 'b'),
      scopedKey('', '"a"b'),
      keyOfText('~@"a"b'),
      keyOfText('b'),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(scopedKey('a'.repeat(1_000), 'b').length).toBeLessThanOrEqual(128)
  })

  it('agrees with a single string argument', () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(keyOfText(text)).toBe(keyOfArguments([text]))))
    for (const text of ['~', '~["x"]', 'x'.repeat(1_000), `~${'x'.repeat(1_000)}`]) expect(keyOfText(text)).toBe(keyOfArguments([text]))
  })
})
