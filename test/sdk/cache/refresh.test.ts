import { describe, expect, it } from 'vitest'
import { cached } from '../../../sdk/src/cache/cached.ts'
import { ManualClock } from '../../support/clock.ts'
import { controlledLoad, quiet } from '../../support/controlled-load.ts'

let serial = 0
const unique = (): string => `refresh-test-${++serial}`

async function loaded(options: object = {}) {
  const clock = new ManualClock()
  const { load, waiting } = controlledLoad<string>()
  const ask = cached(load, { name: unique(), ttl: 100, clock, ...options })
  const first = ask('a')
  waiting[0]?.resolve('old')
  await first
  return { clock, ask, waiting }
}

describe('eagerRefresh', () => {
  it('loads behind the first hit after its share of the time to live, once, and every caller has a hit', async () => {
    const { clock, ask, waiting } = await loaded({ eagerRefresh: 0.8 })
    clock.advance(79)
    await ask('a')
    expect(waiting).toHaveLength(1)
    clock.advance(1)
    expect(await Promise.all([ask('a'), ask('a')])).toEqual(['old', 'old'])
    expect(waiting).toHaveLength(2)
    waiting[1]?.resolve('new')
    await quiet()
    expect(await ask('a')).toBe('new')
    clock.advance(79)
    expect(await ask('a')).toBe('new')
    expect(ask.stats()).toMatchObject({ hits: 5, misses: 1, stale: 0 })
  })

  it('lets the value live to its end when the refresh fails, without a rejection and without further attempts', async () => {
    const rejections: unknown[] = []
    const listener = (error: unknown): void => void rejections.push(error)
    process.on('unhandledRejection', listener)
    const { clock, ask, waiting } = await loaded({ eagerRefresh: 0.5 })
    clock.advance(50)
    await ask('a')
    waiting[1]?.reject(new Error('down'))
    await quiet()
    process.off('unhandledRejection', listener)
    clock.advance(49)
    expect(await ask('a')).toBe('old')
    expect([waiting.length, rejections]).toEqual([2, []])
  })

  it('does not bring back what was invalidated while it ran', async () => {
    const { clock, ask, waiting } = await loaded({ eagerRefresh: 0.5 })
    clock.advance(50)
    await ask('a')
    ask.invalidate('a')
    waiting[1]?.resolve('outdated')
    await quiet()
    expect(ask.peek('a')).toBeUndefined()
  })

  it('leaves a synchronous function alone: nobody could wait for it', () => {
    const clock = new ManualClock()
    let calls = 0
    const ask = cached((_key: string) => ++calls, { name: unique(), ttl: 100, eagerRefresh: 0.5, clock })
    ask('a')
    clock.advance(60)
    expect([ask('a'), ask('a'), calls]).toEqual([1, 1, 1])
    clock.advance(40)
    expect(ask('a')).toBe(2)
  })
})

describe('refresh', () => {
  it('loads whatever there is; callers meanwhile have hits, and then the new value', async () => {
    const { ask, waiting } = await loaded()
    const refreshed = ask.refresh('a')
    expect(await ask('a')).toBe('old')
    waiting[1]?.resolve('new')
    expect(await refreshed).toBe('new')
    expect(await ask('a')).toBe('new')
  })

  it('hands its error to who asked for it, and what was there stays', async () => {
    const { ask, waiting } = await loaded({ grace: 100 })
    const refreshed = ask.refresh('a')
    waiting[1]?.reject(new RangeError('down'))
    await expect(refreshed).rejects.toThrow(RangeError)
    expect(await ask('a')).toBe('old')
  })

  it('is not undone by a load that began before it and ends after it', async () => {
    const clock = new ManualClock()
    const { load, waiting } = controlledLoad<string>()
    const ask = cached(load, { name: unique(), clock })
    const [before, refreshed] = [ask('a'), ask.refresh('a')]
    waiting[1]?.resolve('new')
    expect(await refreshed).toBe('new')
    waiting[0]?.resolve('old')
    expect(await before).toBe('old')
    expect(await ask('a')).toBe('new')
  })

  it('keeps `this`', () => {
    class Agent {
      factor = 2
      times = cached(
        function times(this: Agent, value: number): number {
          return this.factor * value
        },
        { name: unique() },
      )
    }
    const agent = new Agent()
    expect(agent.times(2)).toBe(4)
    agent.factor = 3
    expect([agent.times(2), agent.times.refresh.call(agent, 2), agent.times(2)]).toEqual([4, 6, 6])
  })
})

describe('warm', () => {
  it('calls with all arguments, some at the same time, and says how many failed', async () => {
    let [running, most] = [0, 0]
    const ask = cached(
      async (key: number) => {
        most = Math.max(most, ++running)
        await quiet()
        running--
        if (key === 3) throw new Error('no')
        return key
      },
      { name: unique() },
    )
    expect(await ask.warm([[1], [2], [3], [4], [5]], { concurrency: 2 })).toBe(1)
    expect([most, ask.peek(5), ask.peek(3)]).toEqual([2, 5, undefined])
    await expect(ask.warm([], { concurrency: 0 })).rejects.toThrow('concurrency must be a whole number of 1 or more, got 0.')
  })
})
