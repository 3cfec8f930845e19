import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SiteNames } from '../../../sdk/src/memory/site-names.ts'

const profile = fc.array(fc.record({ name: fc.string(), file: fc.constant('agent.js'), line: fc.nat(500), bytes: fc.nat(1e9) }), {
  maxLength: 200,
})

describe('names of allocation sites', () => {
  it('lose no byte, and never exceed 60 and `other`, however many sites there are', () => {
    fc.assert(
      fc.property(fc.array(profile, { maxLength: 5 }), (profiles) => {
        const names = new SiteNames()
        const seen = new Set<object>()
        for (const sites of profiles) {
          const sums = names.sum(sites)
          for (const name of sums.keys()) seen.add(name)
          const given = sites.reduce((sum, { bytes }) => sum + bytes, 0)
          expect([...sums.values()].reduce((sum, bytes) => sum + bytes, 0)).toBe(given)
        }
        expect(seen.size).toBeLessThanOrEqual(61)
      }),
    )
  })

  it('do not change when other sites come to the top', () => {
    const names = new SiteNames()
    const site = { name: 'load', file: 'agent.js', line: 1, bytes: 5 }
    const [first] = names.sum([site]).keys()
    const others = Array.from({ length: 90 }, (_, index) => ({ ...site, line: index + 2, bytes: 100 }))
    expect([...names.sum([...others, site]).keys()]).toContain(first)
  })
})
