import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecentHashes } from '../../../../../sdk/src/cache/memory/slots/recent-hashes.ts'
import { hashString } from '../../../../../sdk/src/sampling/hash.ts'

describe('recent hashes', () => {
  it('are taken once', () => {
    const recent = new RecentHashes()
    recent.add(7)
    expect([recent.take(7, 10), recent.take(7, 10)]).toEqual([true, false])
  })

  it('do not know a hash that was never added, not even 0', () => {
    expect(new RecentHashes().take(0, 1_000_000)).toBe(false)
  })

  it('tell hashes above 2^31 from their negatives no worse than other numbers', () => {
    const recent = new RecentHashes()
    recent.add(0xffff_ffff)
    expect(recent.take(0x7fff_ffff, 10)).toBe(false)
    expect(recent.take(0xffff_ffff, 10)).toBe(true)
  })

  it('are forgotten when as many others have come', () => {
    const recent = new RecentHashes()
    recent.grow(16)
    for (const hash of [1, 2, 3, 4]) recent.add(hash)
    expect([recent.take(1, 3), recent.take(2, 3), recent.take(4, 1)]).toEqual([false, true, true])
  })

  it('are the ones a list would give, as long as they are few, and stay when room is made for more', () => {
    const operation = fc.record({ type: fc.constantFrom('add', 'add', 'take', 'grow'), hash: fc.nat(20), span: fc.nat(8) })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200, size: 'max' }), (operations) => {
        const recent = new RecentHashes()
        let list: (number | undefined)[] = []
        let capacity = 1
        for (const { type, hash, span } of operations) {
          if (type === 'grow' && capacity < 64) recent.grow((capacity *= 2))
          if (type === 'add') {
            recent.add(hash)
            list = [...list.map((other) => (other === hash ? undefined : other)), hash]
          }
          if (type === 'take') {
            const at = list.lastIndexOf(hash)
            const found = at >= 0 && list.length - 1 - at < span
            expect(recent.take(hash, span)).toBe(found)
            if (found) list[at] = undefined
            list = list.slice(-8)
          }
        }
      }),
    )
  })

  it('are mostly still there when half of the room is used', () => {
    const recent = new RecentHashes()
    recent.grow(1_000)
    for (let hash = 0; hash < 1_000; hash++) recent.add(hashString(String(hash)))
    const found = Array.from({ length: 1_000 }, (_, hash) => recent.take(hashString(String(hash)), 1_000))
    expect(found.filter(Boolean).length).toBeGreaterThan(980)
  })
})
