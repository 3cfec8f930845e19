import { Session } from 'node:inspector'
import { gunzipSync } from 'node:zlib'
import { Profile } from 'pprof-format'
import { afterEach, describe, expect, it } from 'vitest'
import { allocationProfile } from '../../sdk/src/allocation-profile.ts'
import { memory } from '../../sdk/src/contract/index.ts'
import { OptionError } from '../../sdk/src/errors.ts'
import { profiled } from '../../sdk/src/profiled.ts'
import { getProfiler } from '../../sdk/src/profiler.ts'
import { allocationProfiler } from '../../sdk/src/profilers/allocation.ts'
import { total } from '../support/collected.ts'
import { eventually } from '../support/eventually.ts'

const kept: object[] = []
// After an `await` V8 cannot make them a part of their caller, to whom all their bytes would go then.
async function keepObjects(): Promise<void> {
  await undefined
  for (let index = 0; index < 200; index++) kept.push({ index, fields: [index, index, index] })
}
async function dropObjects(): Promise<number> {
  await undefined
  const dropped: object[] = []
  for (let index = 0; index < 20_000; index++) dropped.push({ index, fields: [index, index, index] })
  return dropped.length
}

/** Allocates until a promise is settled. */
async function workUntil<T>(promise: Promise<T>, work: () => unknown = () => Promise.all([keepObjects(), dropObjects()])): Promise<T> {
  const state = { isSettled: false }
  void promise.finally(() => (state.isSettled = true)).catch(() => {})
  while (!state.isSettled) {
    await work()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return promise
}

/** Whether V8's sampler runs, whoever started it. */
function isSampled(): boolean {
  const session = new Session()
  session.connect()
  let runs = false
  session.post('HeapProfiler.getSamplingProfile', (error) => (runs = error === null))
  session.disconnect()
  return runs
}

describe('an allocation profile taken by hand', () => {
  afterEach(() => void kept.splice(0))

  it('tells what is allocated and what stays, in its list, its folded stacks and its pprof alike', async () => {
    const profile = await workUntil(allocationProfile({ durationMs: 600 }))
    const of = (name: string) => profile.functions.find((one) => one.name === name)
    expect(of('keepObjects')).toMatchObject({ file: 'test/sdk/allocation-profile.test.ts' })
    expect(of('dropObjects')?.allocatedBytes).toBeGreaterThan(of('keepObjects')?.allocatedBytes ?? Infinity)
    expect(of('keepObjects')?.retainedBytes).toBeGreaterThan(10 * (of('dropObjects')?.retainedBytes ?? 0))
    const { sample, stringTable, sampleType } = Profile.decode(gunzipSync(profile.pprof))
    expect(sampleType.map(({ type }) => stringTable.strings[Number(type)])).toEqual(['alloc_space', 'inuse_space'])
    for (const [index, whole] of [profile.allocatedBytes, profile.retainedBytes].entries())
      expect(sample.reduce((sum, { value }) => sum + Number(value[index]), 0)).toBe(whole)
    expect(profile.functions.reduce((sum, { allocatedBytes }) => sum + allocatedBytes, 0)).toBe(profile.allocatedBytes)
    expect(profile.folded.allocated).toMatch(/dropObjects \(test\/sdk\/allocation-profile\.test\.ts:\d+\).* \d+$/m)
    expect(profile.folded.retained).toMatch(/keepObjects \(test\/sdk\/allocation-profile\.test\.ts:\d+\) \d+$/m)
  })

  it('calls a profiled function by its profiled name', async () => {
    const build = profiled((size: number) => Array.from({ length: size }, (_, index) => ({ index })), { name: 'build answers' })
    const { functions } = await workUntil(allocationProfile({ durationMs: 300 }), () => build(20_000))
    expect(functions.map(({ name }) => name)).toContain('build answers')
  })

  it('takes the sampler from the profiler that runs all the time, and gives it back', async () => {
    const stop = allocationProfiler({ allocatedMs: 500, retainedMs: 500, maxHeapBytes: 2 ** 30 }).start()
    const { allocatedBytes } = await workUntil(allocationProfile({ durationMs: 800 }))
    expect(allocatedBytes).toBeGreaterThan(0)
    // None of its windows has ended in that time.
    expect(total(memory.allocation, {})).toBeUndefined()
    await eventually('the profiler to go on', async () => {
      await dropObjects()
      return (total(memory.allocation, {}) ?? 0) > 0
    })
    stop()
    expect(isSampled()).toBe(false)
  })

  it('refuses a second one while it is taken, and is not disturbed by that', async () => {
    const first = allocationProfile({ durationMs: 300 })
    await expect(allocationProfile({ durationMs: 10 })).rejects.toThrow(
      'an allocation profile is being taken already, and V8 has one sampler. Ask again when it is done.',
    )
    expect((await workUntil(first)).allocatedBytes).toBeGreaterThan(0)
    expect((await workUntil(getProfiler().allocationProfile(100))).allocatedBytes).toBeGreaterThan(0)
  })

  it('leaves the sampling of another tool alone, and says so', async () => {
    const tool = new Session()
    tool.connect()
    tool.post('HeapProfiler.startSampling')
    await expect(allocationProfile({ durationMs: 10 })).rejects.toThrow(
      'another tool samples the heap, and V8 has one sampler. End its sampling first.',
    )
    expect(isSampled()).toBe(true)
    tool.post('HeapProfiler.stopSampling')
    tool.disconnect()
    await expect(allocationProfile({ durationMs: 10 })).resolves.toBeDefined()
  })

  it('says that another tool has ended its sampling, rather than what it cannot know, and can be taken again', async () => {
    const taken = allocationProfile({ durationMs: 200 })
    const tool = new Session()
    tool.connect()
    // One that begins beside us, in vain, and ends V8's sampling with its own.
    setTimeout(() => {
      tool.post('HeapProfiler.startSampling')
      tool.post('HeapProfiler.stopSampling')
      tool.disconnect()
    }, 50)
    await expect(taken).rejects.toThrow('another tool has ended the sampling of the heap. Try again without it.')
    await expect(allocationProfile({ durationMs: 10 })).resolves.toBeDefined()
  })

  it('ends early when its signal says so, and leaves no sampler running', async () => {
    const profile = await allocationProfile({ durationMs: 60_000, signal: AbortSignal.timeout(50) })
    expect(profile.allocatedMs).toBeLessThan(30_000)
    expect(profile.retainedMs).toBeLessThan(30_000)
    expect(isSampled()).toBe(false)
  })

  it('refuses a duration that is none, in one sentence', async () => {
    await expect(allocationProfile({ durationMs: -1 })).rejects.toThrow(OptionError)
    expect(isSampled()).toBe(false)
  })
})
