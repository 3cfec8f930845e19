import { afterEach, describe, expect, it } from 'vitest'
import { runtime } from '../../../sdk/src/contract/index.ts'
import { profiled } from '../../../sdk/src/profiled.ts'
import eventLoop from '../../../sdk/src/profilers/event-loop.ts'
import { eventually } from '../../support/eventually.ts'
import { total } from '../../support/collected.ts'

function hold(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

/** Runs in a turn of the loop of its own, as the work of an agent does. */
const inOwnTurn = (work: () => void) => new Promise<void>((resolve) => setImmediate(() => resolve(work())))
const heldBy = (name: string) => total(runtime.blockedTime, { 'code.function.name': name }) ?? 0

describe('the profiler of the event loop', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('counts blocks that no profiled function explains for other code, and no block twice', async () => {
    stop = eventLoop.start()
    const render = profiled(() => hold(300), { name: 'render' })
    await inOwnTurn(() => {})
    await inOwnTurn(render)
    await inOwnTurn(() => hold(120))
    await eventually('the blocks to be judged', () => heldBy('other') > 0)
    expect(heldBy('render')).toBeGreaterThanOrEqual(0.3)
    expect(heldBy('other')).toBeGreaterThan(0.1)
    expect(heldBy('other')).toBeLessThan(0.29)
  })
})
