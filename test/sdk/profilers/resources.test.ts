import { afterEach, describe, expect, it } from 'vitest'
import { eventLoop } from '../../../sdk/src/contract/index.ts'
import resources from '../../../sdk/src/profilers/resources.ts'
import { eventually } from '../../support/eventually.ts'
import { total } from '../../support/collected.ts'

const timers = () => total(eventLoop.resources, { 'v8js.resource.type': 'Timeout' }) ?? 0

describe('the profiler of resources', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('counts timers that keep the process from ending, and stays at zero when a kind is gone', async () => {
    const running = Array.from({ length: 20 }, () => setTimeout(() => {}, 60_000))
    stop = resources.start()
    expect(timers()).toBeGreaterThanOrEqual(20)
    for (const timer of running) clearTimeout(timer)
    await eventually('the timers to be gone', () => timers() < 20)
    expect(total(eventLoop.resources, { 'v8js.resource.type': 'Timeout' })).toBeDefined()
  })

  it('leaves out timers that let the process end', () => {
    const running = Array.from({ length: 20 }, () => setTimeout(() => {}, 60_000).unref())
    stop = resources.start()
    expect(timers()).toBeLessThan(20)
    for (const timer of running) clearTimeout(timer)
  })
})
