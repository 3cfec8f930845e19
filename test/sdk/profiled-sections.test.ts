import { describe, expect, it } from 'vitest'
import { calls, subjects } from '../../sdk/src/contract/index.ts'
import { profileAsync, profileCpu, profileMemory, profileTime } from '../../sdk/src/profiled-sections.ts'
import { getProfiler } from '../../sdk/src/profiler.ts'
import { knownStatistics } from '../../sdk/src/sampling/known-functions.ts'
import { TimeSplit } from '../../sdk/src/sampling/time-split.ts'
import { collected, total } from '../support/collected.ts'

const named = (name: string) => ({ 'code.function.name': name })
const summary = (name: string) => getProfiler().summary(name)

function burn(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

describe('a section of a program', () => {
  it('is measured until the end of its block, and told with its place', () => {
    {
      using section = profileTime('section.block')
      expect(section).toBeDefined()
      burn(2)
    }
    expect(summary('section.block')).toMatchObject({ count: 1, errors: 0 })
    expect(summary('section.block')?.minMs).toBeGreaterThanOrEqual(2)
    expect(total(calls.blocking, named('section.block'))).toBe(1)
    expect(collected(subjects.info, { 'pitwall.subject': 'section.block' })).toMatchObject([
      { attributes: { 'code.file.path': 'test/sdk/profiled-sections.test.ts' } },
    ])
  })

  it('is not said to hold the event loop where it waits', async () => {
    {
      using section = profileTime('section.waits')
      expect(section).toBeDefined()
      await new Promise(setImmediate)
    }
    expect(total(calls.duration, named('section.waits'))).toBe(1)
    expect(total(calls.blocking, named('section.waits'))).toBe(0)
  })

  it('may be work that is given, whose result and errors come back', async () => {
    expect(profileTime('section.work', () => 5)).toBe(5)
    expect(await profileTime('section.work', async () => 6)).toBe(6)
    const error = new Error('no')
    expect(() =>
      profileTime('section.work', () => {
        throw error
      }),
    ).toThrow(error)
    await expect(profileTime('section.work', () => Promise.reject(error))).rejects.toBe(error)
    expect(summary('section.work')).toMatchObject({ count: 4, errors: 2, active: 0 })
  })

  it('is counted once however often it is disposed of', () => {
    const section = profileTime('section.twice')
    section[Symbol.dispose]()
    section[Symbol.dispose]()
    expect(summary('section.twice')?.count).toBe(1)
  })

  it.each([
    [['', undefined], "name must be a string of at least one character, got ''."],
    [[5, undefined], 'name must be a string of at least one character, got 5.'],
    [['a', 7], 'the second argument must be a function, got 7.'],
  ])('is refused with %o, in one sentence', (args, sentence) => {
    for (const profile of [profileTime, profileCpu, profileMemory, profileAsync])
      expect(() => Reflect.apply(profile, undefined, args)).toThrow(sentence)
  })
})

describe('processor time', () => {
  it('is known of a section that holds the event loop for a while, and at most the time that passed', () => {
    profileCpu('section.cpu', () => burn(30))
    const { cpuMs, maxMs = 0 } = summary('section.cpu') ?? {}
    expect(cpuMs).toMatchObject({ known: 1, unknown: 0 })
    expect(cpuMs?.max).toBeGreaterThan(0)
    expect(cpuMs?.max).toBeLessThanOrEqual(maxMs)
  })

  it('is not guessed for a section that is short, or that waits', async () => {
    profileCpu('section.short', () => 1)
    await profileCpu('section.short', async () => new Promise(setImmediate))
    {
      using section = profileCpu('section.short')
      expect(section).toBeDefined()
      await new Promise(setImmediate)
    }
    expect(summary('section.short')?.cpuMs).toEqual({ known: 0, unknown: 3, mean: undefined, max: undefined })
  })
})

describe('allocation', () => {
  const bytesOfOne = 16 + 16 + 8 * 128 + 16

  it('is known within a few percent, also where the collector runs in between', () => {
    const count = 40_000
    const kept = profileMemory('section.memory', () =>
      Array.from({ length: count }, (_, index) => Array.from<number>({ length: 128 }).fill(index).slice()),
    )
    expect(kept).toHaveLength(count)
    const { allocatedBytes } = summary('section.memory') ?? {}
    expect(allocatedBytes?.known).toBe(1)
    // Each array is made twice, by `fill` and by `slice`.
    expect((allocatedBytes?.mean ?? 0) / (2 * count * bytesOfOne)).toBeGreaterThan(0.9)
    expect((allocatedBytes?.mean ?? 0) / (2 * count * bytesOfOne)).toBeLessThan(1.1)
  })

  it('is not guessed for a section that waits, in which others allocate too', async () => {
    await profileMemory('section.shared', async () => new Promise(setImmediate))
    {
      using section = profileMemory('section.shared')
      expect(section).toBeDefined()
      await new Promise(setImmediate)
    }
    expect(summary('section.shared')?.allocatedBytes).toMatchObject({ known: 0, unknown: 2 })
  })
})

describe('time on the loop and time of waiting', () => {
  it('are known of what does not wait', () => {
    profileAsync('section.sync', () => burn(2))
    expect(summary('section.sync')?.onLoopMs).toBeGreaterThanOrEqual(2)
    expect(summary('section.sync')?.waitMs).toBe(0)
  })

  it('are not known of what waits while nobody follows calls', async () => {
    expect(await profileAsync('section.async', async () => new Promise<number>((resolve) => setImmediate(resolve, 5)))).toBe(5)
    expect(summary('section.async')).toMatchObject({ onLoopMs: undefined, waitMs: undefined })
  })

  it('are those that the windows of following saw, as parts of the mean', async () => {
    await profileAsync('section.followed', async () => new Promise(setImmediate))
    const [statistics] = knownStatistics().get('section.followed') ?? []
    const split = new TimeSplit(0)
    split.saw(100, 25)
    split.divide(100)
    if (statistics !== undefined) statistics.split = split
    const { meanMs = NaN, onLoopMs, waitMs } = summary('section.followed') ?? {}
    expect(onLoopMs).toBeCloseTo(meanMs / 4, 6)
    expect(waitMs).toBeCloseTo((meanMs * 3) / 4, 6)
  })
})
