import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Envelope, WireFormat } from '../../../../sdk/src/cache/shared/wire-format.ts'

const format = new WireFormat('hotels', 'json', undefined)
const id = format.idOf('key')

const envelope = fc.record({
  graceMs: fc.oneof(fc.nat(1e9), fc.constant(Number.POSITIVE_INFINITY)),
  since: fc.nat(Number.MAX_SAFE_INTEGER),
  loadMs: fc.nat(1e6),
  tags: fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 5 }).map((tags) => tags.map((tag) => format.idOf(tag))),
  body: fc.uint8Array(),
})

const sample: Envelope = { graceMs: 0, since: 0, loadMs: 1, tags: [], body: Buffer.from('{"a":1}') }

describe('the wire format', () => {
  it('gives back what was sealed', () => {
    fc.assert(
      fc.property(envelope, (sealed) => {
        const opened = format.open(id, format.seal(id, sealed))
        expect(opened && { ...opened, body: new Uint8Array(opened.body) }).toEqual(sealed)
      }),
    )
  })

  it('shows no key: neither in ids nor in entries', () => {
    expect(format.idOf('hunter2')).toMatch(/^[\w-]{43}$/)
    expect(format.seal(format.idOf('hunter2'), sample).toString()).not.toContain('hunter2')
  })

  it('has other ids for other keys, namespaces and secrets, also where texts run into each other', () => {
    const ids = [
      format.idOf('key'),
      format.idOf('kez'),
      format.idOf('\ud800'),
      format.idOf('\ud801'),
      new WireFormat('hotel', 'json', undefined).idOf('skey'),
      new WireFormat('hotelskey', 'json', undefined).idOf(''),
      new WireFormat('hotels', 'json', 'secret').idOf('key'),
      new WireFormat('hotels', 'json', 'other secret').idOf('key'),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each([
    ['another key', format, format.idOf('other')],
    ['another namespace', new WireFormat('other', 'json', undefined), id],
    ['another codec or version', new WireFormat('hotels', 'json 2', undefined), id],
  ])('does not take an entry that was copied from %s for its own', (_what, other, otherId) => {
    const copied = other === format ? format.seal(otherId, sample) : other.seal(other.idOf('key'), sample)
    expect(format.open(id, copied)).toBeUndefined()
  })

  it('takes any bytes for an entry of its own or for nothing, and never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void format.open(id, Buffer.from(bytes))))
    const sealed = format.seal(id, sample)
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.nat(255), (at, byte) => {
        const damaged = Buffer.from(sealed)
        damaged[at] = byte
        const opened = format.open(id, damaged)
        if (opened !== undefined) expect(opened.body.length).toBeLessThanOrEqual(sealed.length)
      }),
    )
  })

  it.each([[''], ['\n'], ['pw1 0 0 0 a b \n{}'], ['{"v":1,"value":1}'], [`pw2 0 0 0 ${'a'.repeat(20_000)} b \n`]])(
    'takes %j for nothing',
    (text) => {
      expect(format.open(id, Buffer.from(text))).toBeUndefined()
    },
  )
})
