import { afterEach, describe, expect, it } from 'vitest'
import { totalmem } from 'node:os'
import { system } from '../../../sdk/src/contract/index.ts'
import container from '../../../sdk/src/profilers/container.ts'
import { collected, total } from '../../support/collected.ts'

describe('the profiler of the container', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('gives a level and its limit together, or neither of them', () => {
    stop = container.start()
    const points = (metric: (typeof system)[keyof typeof system]) => collected(metric, {}).length
    expect(points(system.containerMemoryUsage)).toBe(points(system.containerMemoryLimit))
    expect(points(system.containerCpuTime)).toBeLessThanOrEqual(points(system.containerCpuLimit))
  })

  it('does not take the memory of the machine for a limit', () => {
    stop = container.start()
    expect(total(system.containerMemoryLimit, {}) ?? 0).toBeLessThan(totalmem())
  })
})
