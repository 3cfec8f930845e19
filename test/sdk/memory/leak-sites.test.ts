import { describe, expect, it } from 'vitest'
import { LeakSites } from '../../../sdk/src/memory/leak-sites.ts'
import type { SiteName } from '../../../sdk/src/memory/site-names.ts'

const HOUR_MS = 3_600_000
const site = (name: string): SiteName => ({ 'code.function.name': name, 'code.file.path': `${name}.ts`, 'code.line.number': 1 })
const [remember, parse, other] = [site('remember'), site('parse'), { 'code.function.name': 'other' }]

describe('the sites of a leak', () => {
  it('are those whose bytes grew between two readings, most first, by the hour', () => {
    const sites = new LeakSites()
    sites.expect(true, false)
    sites.record(
      0,
      new Map([
        [parse, 100],
        [remember, 50],
      ]),
    )
    sites.record(
      HOUR_MS / 2,
      new Map([
        [parse, 110],
        [remember, 250],
      ]),
    )
    expect([...sites.growth()]).toEqual([
      [remember, 400],
      [parse, 20],
    ])
  })

  it('leave out what shrinks, and add up what has no name or a low rank', () => {
    const sites = new LeakSites()
    sites.expect(true, false)
    const many = Array.from({ length: 12 }, (_, index) => site(`f${index}`))
    sites.record(0, new Map([[parse, 100], ...many.map((name) => [name, 0] as const)]))
    sites.record(HOUR_MS, new Map([[parse, 90], [other, 5], ...many.map((name, index) => [name, 1_000 - index] as const)]))
    const growth = sites.growth()
    expect(growth.size).toBe(11)
    expect([...growth.values()].at(-1)).toBe(990 + 989 + 5)
  })

  it('are not told from one reading, nor from readings of two runs of the sampler', () => {
    const sites = new LeakSites()
    sites.expect(true, false)
    sites.record(0, new Map([[remember, 50]]))
    expect(sites.growth().size).toBe(0)
    sites.begin()
    sites.record(HOUR_MS, new Map([[remember, 500]]))
    expect(sites.growth().size).toBe(0)
  })

  it('are not kept where nobody wants them', () => {
    const sites = new LeakSites()
    sites.record(0, new Map([[remember, 50]]))
    sites.record(HOUR_MS, new Map([[remember, 500]]))
    expect(sites.growth().size).toBe(0)
  })

  it('are known after eight readings, and stay known while the profile takes its turns again', () => {
    const sites = new LeakSites()
    sites.expect(true, true)
    for (let hour = 0; hour < 8; hour++) {
      expect(sites.areWanted).toBe(true)
      sites.record(hour * HOUR_MS, new Map([[remember, 100 * hour]]))
    }
    expect(sites.areWanted).toBe(false)
    sites.begin()
    sites.record(9 * HOUR_MS, new Map([[remember, 0]]))
    expect([...sites.growth()]).toEqual([[remember, 100]])
    sites.expect(false, false)
    expect(sites.growth().size).toBe(0)
    sites.expect(true, false)
    expect(sites.areWanted).toBe(true)
    expect(sites.growth().size).toBe(0)
  })

  it('are worth the pause of a large heap twice for each leak, and never for a suspicion', () => {
    const sites = new LeakSites()
    sites.expect(true, false)
    expect(sites.takesPause()).toBe(false)
    sites.expect(true, true)
    expect([sites.takesPause(), sites.takesPause(), sites.takesPause()]).toEqual([true, true, false])
    sites.expect(true, true)
    expect(sites.takesPause()).toBe(false)
    sites.expect(false, false)
    sites.expect(true, true)
    expect(sites.takesPause()).toBe(true)
  })
})
