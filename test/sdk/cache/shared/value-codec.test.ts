import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonSerializer } from '../../../../sdk/src/cache/shared/json-serializer.ts'
import { ValueCodec } from '../../../../sdk/src/cache/shared/value-codec.ts'

const plain = { serializer: jsonSerializer, compressAbove: Number.POSITIVE_INFINITY, version: '' }
const codec = new ValueCodec(plain)
const compressing = new ValueCodec({ ...plain, compressAbove: 0 })

async function roundTrip(by: ValueCodec, value: unknown): Promise<unknown> {
  const bytes = await by.encode(value)
  return bytes === undefined ? undefined : by.decode(bytes)
}

describe('ValueCodec', () => {
  it('gives back values, compressed or not, and reads either', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const expected = JSON.parse(JSON.stringify(value))
        expect(await roundTrip(codec, value)).toEqual(expected)
        expect(await roundTrip(compressing, value)).toEqual(expected)
        expect(await codec.decode((await compressing.encode(value)) ?? Buffer.alloc(0))).toEqual(expected)
      }),
      { numRuns: 50 },
    )
  })

  it('gives back a text that looks like an entry as the text it is', async () => {
    for (const text of ['p{"admin":true}', '{"v":1,"value":"evil"}', 'pw2 - 0 0 a b \np"x"'])
      expect(await roundTrip(codec, text)).toBe(text)
  })

  it('compresses above the bound alone', async () => {
    const picky = new ValueCodec({ ...plain, compressAbove: 100 })
    const [small, large] = await Promise.all([picky.encode('x'.repeat(50)), picky.encode('x'.repeat(5_000))])
    expect(small?.length).toBe(53)
    expect(large?.length).toBeLessThan(100)
  })

  it('takes bytes that it did not write for nothing, and never throws', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array(), async (bytes) => void (await codec.decode(Buffer.from(bytes)))))
    expect(await codec.decode(Buffer.from('zno frame'))).toBeUndefined()
    expect(await codec.decode(Buffer.from('x{}'))).toBeUndefined()
    expect(await codec.decode(Buffer.alloc(0))).toBeUndefined()
  })

  it('does not unfold more than 256 MB, whatever was sent', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(257 * 1_024 * 1_024, ' '))
    expect(bomb.length).toBeLessThan(100_000)
    expect(await codec.decode(Buffer.concat([Buffer.from('z'), bomb]))).toBeUndefined()
  })

  it('does not write what the serializer does not carry', async () => {
    expect(await codec.encode(new Map())).toBeUndefined()
  })

  it('goes by its serializer and version', () => {
    const others = [
      codec.id,
      new ValueCodec({ ...plain, version: '2' }).id,
      new ValueCodec({ ...plain, serializer: { ...jsonSerializer, name: 'x' } }).id,
    ]
    expect(new Set(others).size).toBe(3)
  })
})
