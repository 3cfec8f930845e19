import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashArguments, hashKey, hashResult, hashString, MAX_WHOLE_STRING } from '../../../sdk/src/sampling/hash.ts'

const isUint32 = (hash: number) => Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32

/** The last one has half of a surrogate pair, as a text that was cut. */
const alphabets = ['abcdefghijklmnop qrstuv', 'àéîõü ß', '漢字仮名交じり文', 'a\u0161\ud83d']

/** A text of so many units, always the same for one seed. */
function textOf(length: number, alphabet: string, seed: number): string {
  let state = seed
  const unit = () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223
    return alphabet[(state >>> 16) % alphabet.length]
  }
  return Array.from({ length }, unit).join('')
}

const withUnit = (text: string, at: number, unit: number) => text.slice(0, at) + String.fromCharCode(unit) + text.slice(at + 1)

/** The same value with the keys of every object in the opposite order. */
function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversedKeys(inner)]),
  )
}

describe('hashing', () => {
  it('gives a uint32 for anything, and the same one for an equal value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true })),
        (args) => {
          expect(isUint32(hashArguments(args))).toBe(true)
          expect(hashArguments(args)).toBe(hashArguments(args))
        },
      ),
    )
  })

  it('does not depend on the order of many keys', () => {
    for (const count of [2, 12, 13, 500, 1_024]) {
      const record = Object.fromEntries(Array.from({ length: count }, (_, at) => [`key ${(at * 7) % count}`, at]))
      expect(hashArguments([reversedKeys(record)])).toBe(hashArguments([record]))
    }
  })

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (args) => {
        expect(hashArguments(args.map(reversedKeys))).toBe(hashArguments(args))
      }),
    )
  })

  it.each([
    ['a number and its text', 1, '1'],
    ['null and undefined', null, undefined],
    ['an empty list and an empty object', [], {}],
    ['lists of other grouping', [[1], 2], [1, [2]]],
    ['keys and values that meet', { ab: 'c' }, { a: 'bc' }],
    ['bigints', 10n, 11n],
    ['dates', new Date(0), new Date(1)],
    ['maps', new Map([[1, 2]]), new Map([[1, 3]])],
    ['bytes', new Uint8Array([1, 2]), new Uint8Array([2, 1])],
    ['errors', new Error('a'), new Error('b')],
    ['addresses', new URL('http://a.example'), new URL('http://b.example')],
    ['objects that hide what they hold', new Response('a'), new Response('a')],
    ['closures', () => 1, () => 1],
  ])('tells apart %s', (_, one, other) => {
    expect(hashResult(one)).not.toBe(hashResult(other))
  })

  it('takes equal dates, errors, bytes and zeros for equal', () => {
    for (const make of [() => new Date(5), () => new Error('a'), () => new Uint8Array(9_000), () => [{ a: 1n, b: undefined }]])
      expect(hashResult(make())).toBe(hashResult(make()))
    expect(hashResult(-0)).toBe(hashResult(0))
  })

  it('tells keys apart as a Map does: objects by identity, all else by value and type', () => {
    const [one, other] = [{ id: 1 }, { id: 1 }]
    const keys = [1, '1', 1n, true, 'true', NaN, 0.5, null, undefined, one, other, () => 1, Symbol('1')]
    expect(new Set(keys.map(hashKey)).size).toBe(keys.length)
    expect(keys.map(hashKey)).toEqual(keys.map(hashKey))
    expect(hashKey('search:1')).toBe(hashString('search:1'))
    expect(hashKey(0)).toBe(hashKey(-0))
    for (const key of keys) expect(hashKey(key) >>> 0).toBe(hashKey(key))
  })

  it('leaves a signal to abort out, because it changes no result', () => {
    expect(hashArguments([1, { signal: new AbortController().signal }])).toBe(hashArguments([1, { signal: new AbortController().signal }]))
  })

  it('never throws: cycles, getters that throw, revoked proxies', () => {
    const cycle: Record<string, unknown> = { name: 'a' }
    cycle['self'] = cycle
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const throwing = {
      get a(): never {
        throw new Error('no')
      },
    }
    for (const value of [cycle, proxy, throwing]) expect(isUint32(hashArguments([value]))).toBe(true)
  })

  it('notices a change at either end of a long text, and in the last message of a long conversation', () => {
    const long = 'x'.repeat(50 * MAX_WHOLE_STRING)
    expect(hashString(`a${long}`)).not.toBe(hashString(`b${long}`))
    expect(hashString(`${long}a`)).not.toBe(hashString(`${long}b`))
    const conversation = (last: string) => [
      ...Array.from({ length: 200 }, (_, turn) => ({ turn, text: 'y'.repeat(3_000) })),
      { text: last },
    ]
    expect(hashArguments([conversation('yes')])).not.toBe(hashArguments([conversation('no!')]))
  })

  it('never takes two texts for one that differ in a single unit which is read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: MAX_WHOLE_STRING }),
        fc.constantFrom(...alphabets),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 65_535 }),
        (length, alphabet, seed, place, change) => {
          const text = textOf(length, alphabet, seed)
          const at = place % length
          expect(hashResult(withUnit(text, at, text.charCodeAt(at) ^ change))).not.toBe(hashResult(text))
        },
      ),
      { numRuns: 10_000 },
    )
  })

  it.each([1, 2, 65, 4_096, 4_097, 5_001, 40_001])('notices the first and the last unit of %d', (length) => {
    const text = 'x'.repeat(length)
    expect(hashResult(withUnit(text, 0, 0))).not.toBe(hashResult(text))
    expect(hashResult(withUnit(text, length - 1, 0x7801))).not.toBe(hashResult(text))
  })

  it('does not depend on how V8 holds a text: joined, cut out, or in two bytes a unit', () => {
    for (const length of [50, 500, 5_000]) {
      const text = textOf(length, 'abcd efgh', 1)
      const others = [text.slice(0, 30) + text.slice(30), `-${text}-`.slice(1, -1), `漢${text}`.slice(1), JSON.parse(JSON.stringify(text))]
      for (const other of others) expect(hashResult(other)).toBe(hashResult(text))
    }
  })

  it('changes half of its bits when one bit of a text changes', () => {
    for (const length of [40, 600]) {
      const flips = Array.from({ length: 32 }, () => 0)
      for (let round = 0; round < 2_000; round++) {
        const text = textOf(length, 'abcdefgh', round)
        const at = (round * 7) % length
        const changed = hashResult(text) ^ hashResult(withUnit(text, at, text.charCodeAt(at) ^ (1 << (round % 16))))
        for (const bit of flips.keys()) flips[bit] = (flips[bit] ?? 0) + ((changed >>> bit) & 1)
      }
      // Six standard deviations of 2,000 coins.
      for (const flipped of flips) expect(Math.abs(flipped - 1_000)).toBeLessThan(135)
    }
  })

  it('spreads conversations that differ in a number: as few collisions as by chance, and buckets evenly filled', () => {
    const [before, after] = [textOf(300, 'abcdefgh', 1), textOf(300, 'abcdefgh', 2)]
    const buckets = new Float64Array(512)
    const hashes = new Set<number>()
    for (let number = 0; number < 50_000; number++) {
      const hash = hashArguments([[{ role: 'user', content: `${before} ${number} ${after}` }]])
      hashes.add(hash)
      buckets[hash % 512] = (buckets[hash % 512] ?? 0) + 1
    }
    expect(hashes.size).toBeGreaterThan(50_000 - 6)
    const expected = 50_000 / 512
    const chiSquare = buckets.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // 511 degrees of freedom, six standard deviations.
    expect(Math.abs(chiSquare - 511)).toBeLessThan(6 * Math.sqrt(2 * 511))
  })

  it('gives a key the hash that other processes of other builds give it, who are told of changes by it', () => {
    expect(hashString('search:1')).toBe(945_603_625)
    expect(hashString('größe 漢字')).toBe(846_759_256)
    expect(hashString('x'.repeat(500))).toBe(906_638_585)
  })

  it('reads a bounded part of huge arguments', () => {
    let reads = 0
    const huge = Array.from({ length: 100_000 }, () => ({
      get value(): number {
        return reads++
      },
    }))
    hashArguments([huge, huge, huge])
    expect(reads).toBeLessThan(1_100)
  })

  it('does not go through a huge Set or Map to its end', () => {
    let reads = 0
    class Counted extends Set<number> {
      override *[Symbol.iterator](): SetIterator<number> {
        for (const value of this.values()) yield ((reads++, value))
      }
    }
    hashArguments([new Counted(Array.from({ length: 100_000 }, (_, index) => index))])
    expect(reads).toBeLessThan(1_100)
    expect(hashArguments([new Set([1, 2])])).not.toBe(hashArguments([new Set([1, 3])]))
    expect(hashArguments([new Map([[1, 2]])])).toBe(hashArguments([new Map([[1, 2]])]))
  })

  it('tells dictionaries apart that are too large to be sorted', () => {
    const dictionary = (last: number) => Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`word ${index}`, index + last]))
    expect(hashArguments([dictionary(0)])).toBe(hashArguments([dictionary(0)]))
    expect(hashArguments([dictionary(0)])).not.toBe(hashArguments([dictionary(1)]))
  })

  it('spreads: two hundred thousand similar keys collide no more often than chance has it', () => {
    const hashes = new Set<number>()
    for (let key = 0; key < 200_000; key++) hashes.add(hashString(`search:${key}`))
    expect(hashes.size).toBeGreaterThan(200_000 - 30)
  })
})
