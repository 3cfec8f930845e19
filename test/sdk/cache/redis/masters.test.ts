import { describe, expect, it } from 'vitest'
import { Masters } from '../../../../sdk/src/cache/redis/masters.ts'

/** All slots at one address but for those from 8,000 on, which are at another; names `{a}` and `{b}` are at different ones. */
function twoMasters() {
  const [first, second] = ['10.0.0.1:6379', '10.0.0.2:6379']
  const slots = Array.from({ length: 16_384 }, (_, slot) => [slot < 8_000 ? first : second, '10.0.0.9:6379'])
  return { cluster: { slots, nodes: () => [] }, first, second }
}

describe('the masters of a cluster', () => {
  it('have names by their slot, that of a hash tag where there is one', () => {
    const { cluster, first, second } = twoMasters()
    const masters = new Masters(cluster)
    // Slots as `CLUSTER KEYSLOT` gives them: 15495, 3300, 12739.
    expect(['a', 'b', '123456789'].map((name) => masters.addressOf(name))).toEqual([second, first, second])
    expect(masters.addressOf('anything:{b}:else')).toBe(first)
  })

  it('are one group for the same masters, and another for others', () => {
    const masters = new Masters(twoMasters().cluster)
    const group = masters.groupOf('a', 'b')
    expect(masters.groupOf('123456789', '{b}')).toBe(group)
    for (const names of [
      ['b', 'a'],
      ['a', 'a'],
      ['b', 'b'],
    ])
      expect(masters.groupOf(...names)).not.toBe(group)
    expect([...masters.groups()]).toHaveLength(4)
  })

  it('are not counted any more when others have taken their place', () => {
    const { cluster, first, second } = twoMasters()
    const masters = new Masters(cluster)
    masters.groupOf('a')
    const kept = masters.groupOf('b')
    for (const [slot, [address]] of cluster.slots.entries()) if (address === second) cluster.slots[slot] = ['10.0.0.3:6379']
    expect([...masters.groups()]).toEqual([kept])
    expect(masters.addressOf('b')).toBe(first)
  })

  it('are one group while none of them is known', () => {
    const masters = new Masters({ slots: [], nodes: () => [] })
    const group = masters.groupOf('a')
    expect(masters.groupOf('b')).toBe(group)
    expect([...masters.groups()]).toEqual([group])
  })
})
