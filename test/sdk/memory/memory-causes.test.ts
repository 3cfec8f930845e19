import { afterEach, describe, expect, it } from 'vitest'
import { cache, calls } from '../../../sdk/src/contract/index.ts'
import { MemoryCauses } from '../../../sdk/src/memory/memory-causes.ts'
import { addSource } from '../../../sdk/src/telemetry/source.ts'
import { ManualClock } from '../../support/clock.ts'

const of = (name: string) => ({ 'pitwall.cache.name': name, 'pitwall.cache.backend': 'memory' })

describe('what memory may go up and down with', () => {
  let remove = () => {}
  afterEach(() => remove())

  /** Two functions and two caches, one of which does not know its bytes. To collect them takes so many milliseconds. */
  function given(clock: ManualClock, ms: number): void {
    remove = addSource({
      collect(sink) {
        clock.advance(ms)
        sink.number(calls.active, { 'code.function.name': 'ask' }, 3)
        sink.number(calls.active, { 'code.function.name': 'plan' }, 4)
        sink.number(calls.errors, { 'code.function.name': 'plan' }, 1_000)
        sink.number(cache.entryCount, of('answers'), 10)
        sink.number(cache.size, of('answers'), 5_000)
        sink.number(cache.entryCount, of('plans'), 20)
      },
    })
  }

  it('are calls under way, bytes of caches, and entries of caches whose bytes are not known', () => {
    const clock = new ManualClock()
    given(clock, 0)
    expect(new MemoryCauses(clock).read()).toEqual([7, 5_000, 20])
  })

  it('are not known for 4,000 times as long as it took to ask for them', () => {
    const clock = new ManualClock()
    given(clock, 2)
    const causes = new MemoryCauses(clock)
    expect(causes.read()).toBeDefined()
    clock.advance(7_999)
    expect(causes.read()).toBeUndefined()
    clock.advance(1)
    expect(causes.read()).toBeDefined()
  })
})
