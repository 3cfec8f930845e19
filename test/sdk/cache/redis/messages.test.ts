import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_MESSAGE } from '../../../../sdk/src/cache/shared/locks/lock-message.ts'
import { decodeMessage, encodeMessage, type Message } from '../../../../sdk/src/cache/redis/messages.ts'

const word = fc.stringMatching(/^[\w-]{1,43}$/)
const time = fc.oneof(fc.nat(), fc.constant(Number.POSITIVE_INFINITY))
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))
const lock = { id: word, holder: word }
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ type: fc.constant('key'), origin: word, id: word, hash: fc.nat(2 ** 32 - 1) }),
  fc.record({ type: fc.constant('tag'), origin: word, tag: word }),
  fc.record({ type: fc.constant('all'), origin: word }),
  fc.record({ type: fc.constant('stored'), ...lock, freshMs: time, servedMs: time, entry: bytes }),
  fc.record({ type: fc.constant('passed'), ...lock, body: fc.option(bytes, { nil: undefined }) }),
  fc.record({ type: fc.constant('failed'), ...lock, name: fc.string(), message: fc.string() }),
  fc.record({ type: fc.constant('free'), ...lock }),
)

describe('messages between processes', () => {
  it('arrive as they were sent', () => {
    fc.assert(fc.property(message, (sent) => void expect(decodeMessage(encodeMessage(sent))).toEqual(sent)))
  })

  it('hand over nothing that is too large to be sent to all, but word that it is there', () => {
    const large = encodeMessage({ type: 'stored', id: 'id', holder: 'holder', freshMs: 1, servedMs: 1, entry: Buffer.alloc(MAX_MESSAGE) })
    expect(decodeMessage(large)).toEqual({ type: 'free', id: 'id', holder: 'holder' })
  })

  it('cut what an error says, which may be as long as it likes', () => {
    const sent = encodeMessage({ type: 'failed', id: 'id', holder: 'holder', name: 'Error', message: 'x'.repeat(1e6) })
    expect(sent.length).toBeLessThan(5_000)
  })

  it('of other versions or none are taken for nothing, and never throw', () => {
    for (const text of ['', 'key', 'keys a b 1\n', 'failed a b\n{', 'failed a b\n5', `${'x'.repeat(1_000)}\n`])
      expect(decodeMessage(Buffer.from(text)), text).toBeUndefined()
    fc.assert(fc.property(fc.uint8Array(), (any) => void decodeMessage(Buffer.from(any))))
  })
})
