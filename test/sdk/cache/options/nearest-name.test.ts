import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestName } from '../../../../sdk/src/cache/options/nearest-name.ts'

describe('the name that was meant', () => {
  it.each([
    ['tll', 'ttl'],
    ['evictoin', 'eviction'],
    ['maxentries', 'maxEntries'],
    ['maxEntry', undefined],
    ['x', undefined],
    ['', undefined],
  ])("of '%s' is %s", (misspelt, meant) => {
    expect(nearestName(misspelt, ['name', 'ttl', 'eviction', 'maxEntries'])).toBe(meant)
  })

  it('is found whichever letter is missing, doubled or swapped with the next', () => {
    const names = ['eagerRefresh', 'hardTimeout', 'negativeTtl', 'serializer']
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(8), (name, at) => {
        const [a = '', b = ''] = name.slice(at, at + 2)
        for (const middle of [b, a + a + b, b + a]) expect(nearestName(name.slice(0, at) + middle + name.slice(at + 2), names)).toBe(name)
      }),
    )
  })
})
