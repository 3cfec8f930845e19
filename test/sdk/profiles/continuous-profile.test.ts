import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ContinuousProfile } from '../../../sdk/src/profiles/continuous-profile.ts'
import { cpuSampler } from '../../../sdk/src/profiles/cpu-sampler.ts'
import { ManualClock } from '../../support/clock.ts'

const nowhere = { number: () => {}, histogram: () => {} }

describe('the windows of the continuous profile', () => {
  const clock = new ManualClock()
  let profile = new ContinuousProfile(clock)
  let windows = 0
  const begin = () => {
    profile = new ContinuousProfile(clock)
    windows = 0
    profile.onWindow = () => windows++
    profile.begin()
  }
  afterEach(() => {
    profile.end()
    vi.restoreAllMocks()
  })

  it('end after one second, then three, then ten each, so that a short life is known too', () => {
    begin()
    const ends: number[] = []
    profile.onWindow = () => ends.push(clock.now())
    const start = clock.now()
    clock.advance(34_000)
    expect(ends.map((end) => end - start)).toEqual([1_000, 4_000, 14_000, 24_000, 34_000])
  })

  it('end with a collection, but not with another reader’s right after it', () => {
    begin()
    clock.advance(600)
    profile.collect(nowhere)
    expect(windows).toBe(0)
    clock.advance(500)
    expect(windows).toBe(1)
    clock.advance(1_500)
    profile.collect(nowhere)
    profile.collect(nowhere)
    expect(windows).toBe(2)
  })

  it('follow each other without the profiler ever stopping', () => {
    begin()
    const session = cpuSampler.inspect
    clock.advance(14_000)
    expect(cpuSampler.inspect).toBe(session)
    profile.end()
    expect(cpuSampler.inspect).toBeUndefined()
    clock.advance(60_000)
    expect(windows).toBe(3)
  })

  it('are over with one warning, and no exception, when the profiler fails', () => {
    begin()
    const warn = vi.spyOn(diag, 'warn')
    vi.spyOn(cpuSampler, 'begin').mockImplementation(() => {
      throw new Error('out of order')
    })
    clock.advance(60_000)
    profile.collect(nowhere)
    expect(warn.mock.calls).toEqual([['the CPU profile has ended (out of order); the agent runs on without it.']])
  })
})
