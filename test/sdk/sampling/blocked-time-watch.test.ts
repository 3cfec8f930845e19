import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runtime } from '../../../sdk/src/contract/index.ts'
import { BlockedTimeWatch } from '../../../sdk/src/sampling/blocked-time-watch.ts'
import { BlockedTime } from '../../../sdk/src/sampling/blocked-time.ts'

function watched() {
  const blockedTime = new BlockedTime()
  const watch = new BlockedTimeWatch(blockedTime)
  const seconds = () => {
    const found: Record<string, number> = {}
    blockedTime.collect({
      number: (metric, attributes, value) => {
        if (metric.name !== runtime.blockedTime.name) return
        const { 'pitwall.cause': cause, 'code.function.name': name = '' } = Object.fromEntries(Object.entries(attributes))
        found[`${cause} ${name}`.trim()] = value
      },
      histogram: () => {},
    })
    return found
  }
  return { blockedTime, watch, seconds }
}

describe('blocked time', () => {
  it('belongs to the function that reported it, and to nobody else', () => {
    const { blockedTime, watch, seconds } = watched()
    blockedTime.byFunction('render', 200)
    watch.interval(201, 0)
    watch.interval(0, 0)
    expect(seconds()).toEqual({ 'code render': 0.2 })
  })

  it('is not counted again when the iteration that was reported ends in the next interval', () => {
    const { blockedTime, watch, seconds } = watched()
    blockedTime.byFunction('render', 200)
    watch.interval(0, 0)
    watch.interval(201, 0)
    watch.interval(0, 0)
    expect(seconds()).toEqual({ 'code render': 0.2 })
  })

  it('is not counted again when it is reported after its interval, as the watchdog does', () => {
    const { blockedTime, watch, seconds } = watched()
    watch.interval(201, 0)
    blockedTime.byFunction('parse', 200)
    watch.interval(0, 0)
    watch.interval(0, 0)
    expect(seconds()).toEqual({ 'code parse': 0.2 })
  })

  it('that a late report explains is taken from no other block', () => {
    const { blockedTime, watch, seconds } = watched()
    watch.interval(201, 0)
    blockedTime.byFunction('parse', 200)
    watch.interval(120, 0)
    watch.interval(0, 0)
    watch.interval(0, 0)
    expect(Object.values(seconds()).reduce((sum, value) => sum + value, 0)).toBeCloseTo(0.32, 1)
  })

  it('of the host belongs to the host, and to no code', () => {
    const { blockedTime, watch, seconds } = watched()
    blockedTime.byHost(5_000, 1)
    watch.interval(5_001, 0)
    watch.interval(0, 0)
    expect(seconds()).toEqual({ host: 5 })
  })

  it('that no function reported belongs to other code', () => {
    const { watch, seconds } = watched()
    watch.interval(120, 0)
    watch.interval(0, 0)
    expect(seconds()).toEqual({ 'code other': 0.12 })
  })

  it('belongs to garbage collection as far as it lasted, even when it becomes known later', () => {
    const { watch, seconds } = watched()
    watch.interval(200, 0)
    watch.interval(0, 90)
    watch.interval(0, 0)
    expect(seconds()).toEqual({ 'code other': 0.11, gc: 0.09 })
  })

  it('is not blamed on a collection that happened long before', () => {
    const { watch, seconds } = watched()
    watch.interval(0, 90)
    watch.interval(0, 0)
    watch.interval(100, 0)
    watch.interval(0, 0)
    expect(seconds()).toEqual({ 'code other': 0.1 })
  })

  it('of a few milliseconds beside a reported block is nobody’s', () => {
    const { blockedTime, watch, seconds } = watched()
    blockedTime.byFunction('render', 100)
    watch.interval(120, 0)
    watch.interval(0, 0)
    expect(seconds()).toEqual({ 'code render': 0.1 })
  })

  it('is counted once, whoever reports a block, and whether before, in or after the interval that it is measured in', () => {
    const block = fc.record({
      milliseconds: fc.integer({ min: 100, max: 900 }),
      reported: fc.constantFrom('early', 'now', 'late', 'never'),
    })
    fc.assert(
      fc.property(fc.array(fc.option(block, { nil: undefined }), { maxLength: 20 }), (intervals) => {
        const { blockedTime, watch, seconds } = watched()
        const report = (index: number, when: string) => {
          const { milliseconds, reported } = intervals[index] ?? { milliseconds: 0, reported: 'never' }
          if (reported === when) blockedTime.byFunction('parse', milliseconds)
        }
        for (let index = 0; index < intervals.length + 3; index++) {
          report(index + 1, 'early')
          report(index, 'now')
          report(index - 1, 'late')
          watch.interval(index === 0 && intervals[0]?.reported === 'early' ? 0 : (intervals[index]?.milliseconds ?? 0), 0)
        }
        const blocks = intervals.filter((each, index) => each !== undefined && !(index === 0 && each.reported === 'early'))
        const total = blocks.reduce((sum, each) => sum + (each?.milliseconds ?? 0), 0)
        const counted = Object.values(seconds()).reduce((sum, value) => sum + value, 0) * 1_000
        // Less than the threshold is nobody's.
        expect(counted).toBeGreaterThan(total - 50 * blocks.length - 1)
        expect(counted).toBeLessThanOrEqual(total + 1)
      }),
    )
  })
})
