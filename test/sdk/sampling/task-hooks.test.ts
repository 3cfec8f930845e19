import { readFile } from 'node:fs'
import { setImmediate as immediate } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../sdk/src/clock.ts'
import { FollowedFunction } from '../../../sdk/src/sampling/followed-call.ts'
import { OnLoopRecorder } from '../../../sdk/src/sampling/on-loop-recorder.ts'
import { followsTasks, hookTasks } from '../../../sdk/src/sampling/task-hooks.ts'

const HELD_MS = 20

function hold(): void {
  const end = performance.now() + HELD_MS
  while (performance.now() < end);
}

/** Ways to run code later. */
const kinds: Record<string, (work: () => void) => void> = {
  timer: (work) => void setTimeout(work, 1),
  immediate: (work) => void setImmediate(work),
  'next tick': (work) => process.nextTick(work),
  microtask: (work) => queueMicrotask(work),
  reaction: (work) => void Promise.resolve().then(work),
  'callback of the file system': (work) => readFile(import.meta.filename, work),
}

const later = (run: (work: () => void) => void) => async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  run(() => {
    hold()
    resolve()
  })
  await promise
}

describe.runIf(followsTasks)('the hooks around tasks', () => {
  const recorder = new OnLoopRecorder(systemClock)
  let unhook = () => {}
  const open = () => recorder.open(() => {})
  const hook = () => {
    open()
    unhook = hookTasks(recorder)
  }
  afterEach(() => {
    if (recorder.window !== 0) recorder.close()
    unhook()
  })

  it.each(Object.entries(kinds))('tell whose a %s is', async (_, run) => {
    const [mine, other] = [new FollowedFunction('mine', recorder), new FollowedFunction('other', recorder)]
    hook()
    await Promise.all([mine.begin().run(later(run)), other.begin().run(() => immediate())])
    recorder.close()
    expect(mine.onLoopMs).toBeGreaterThanOrEqual(HELD_MS)
    expect(other.onLoopMs).toBeLessThan(HELD_MS)
  })

  it('tell of what goes on after an await from before them, up to where it waits again, or ends', async () => {
    const [mine, other] = [new FollowedFunction('mine', recorder), new FollowedFunction('other', recorder)]
    const gate = Promise.withResolvers<void>()
    const goesOn = async (waitsAgain: boolean) => {
      await gate.promise
      hold()
      if (waitsAgain) await Promise.resolve()
    }
    const first = mine.begin().run(() => goesOn(true))
    const second = other.begin().run(() => goesOn(false))
    hook()
    await immediate()
    gate.resolve()
    await Promise.all([first, second])
    hold()
    recorder.close()
    for (const { onLoopMs } of [mine, other]) {
      expect(onLoopMs).toBeGreaterThanOrEqual(HELD_MS)
      expect(onLoopMs).toBeLessThan(2 * HELD_MS)
    }
  })

  it('tell nothing when they have been taken away', async () => {
    const mine = new FollowedFunction('mine', recorder)
    hook()
    unhook()
    await mine.begin().run(later(kinds['timer'] ?? (() => {})))
    recorder.close()
    expect(mine.onLoopMs).toBeLessThan(HELD_MS)
  })
})
