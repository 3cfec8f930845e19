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
})
