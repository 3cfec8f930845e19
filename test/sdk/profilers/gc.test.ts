import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { runtime } from '../../../sdk/src/contract/index.ts'
import gc from '../../../sdk/src/profilers/gc.ts'
import { eventually } from '../../support/eventually.ts'
import { collected, total } from '../../support/collected.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

describe('the profiler of garbage collection', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('counts every collection of a batch, in seconds', async () => {
    stop = gc.start()
    const start = performance.now()
    for (let round = 0; round < 5; round++) collectGarbage()
    const elapsed = (performance.now() - start) / 1_000
    await eventually('the collections to be told', () => (total(runtime.gcTime, {}) ?? 0) > elapsed / 2)
    expect(total(runtime.gcTime, {})).toBeLessThanOrEqual(elapsed * 1.5)
  })

  it('counts collections by kind, in buckets that do not throw all scavenges together', async () => {
    stop = gc.start()
    for (let round = 0; round < 5; round++) collectGarbage()
    await eventually('the collections to be told', () => (total(runtime.gcDuration, { 'v8js.gc.type': 'major' }) ?? 0) >= 5)
    expect(runtime.gcDuration.buckets.filter((bound) => bound < 0.005).length).toBeGreaterThanOrEqual(5)
    expect(total(runtime.gcDuration, { 'v8js.gc.type': 'unknown' })).toBeUndefined()
  })

  it('counts from nothing, and is gone when stopped', () => {
    stop = gc.start()
    expect(total(runtime.gcTime, {})).toBe(0)
    stop()
    expect(collected(runtime.gcTime, {})).toEqual([])
  })
})
