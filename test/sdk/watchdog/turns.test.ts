import { describe, expect, it } from 'vitest'
import { Turns } from '../../../sdk/src/watchdog/turns.ts'
import { FakeLoop } from './fake-loop.ts'

function seen(): { readonly loop: FakeLoop; readonly turns: Turns; readonly at: (now: number) => number | undefined } {
  const loop = new FakeLoop()
  const turns = new Turns(loop.histogram, loop.calls)
  turns.see(0)
  return {
    loop,
    turns,
    at(now) {
      turns.see(now)
      return turns.stillSince
    },
  }
}

describe('the turns of a loop, seen from another thread', () => {
  it('stand still while the same one goes on, and not while the loop waits', () => {
    const { loop, turns, at } = seen()
    turns.foundWaiting(FakeLoop.DESCRIPTOR)
    expect(at(200)).toBeUndefined()
    loop.work()
    expect(at(400)).toBe(400)
    expect(at(475)).toBe(400)
    loop.wait()
    expect(at(550)).toBeUndefined()
  })

  it('stand still in every wait until it is known which one is the loop’s, so that somebody looks', () => {
    const { turns, at } = seen()
    expect(at(200)).toBe(0)
    expect(turns.waitsIn).toBe(FakeLoop.DESCRIPTOR)
    turns.foundWaiting(turns.waitsIn)
    expect(at(400)).toBeUndefined()
  })

  it('stand still while a loop within the loop waits, as that of execSync', () => {
    const { loop, turns, at } = seen()
    turns.foundWaiting(FakeLoop.DESCRIPTOR)
    expect(at(200)).toBeUndefined()
    loop.work()
    loop.nested = '0x1c'
    expect(at(400)).toBe(400)
  })

  it('of a busy loop are asked for again soon, but not each time', () => {
    const { loop, turns, at } = seen()
    turns.foundWaiting(FakeLoop.DESCRIPTOR)
    const turned = (now: number) => {
      loop.wait()
      loop.work()
      return at(now)
    }
    at(100)
    loop.work()
    expect([turned(200), turned(275), turned(475), turned(550)]).toEqual([200, undefined, 475, undefined])
    expect(at(750)).toBe(550)
  })

  it('begin anew when one is looked into, so that this is the longest', () => {
    const { loop, turns, at } = seen()
    loop.work()
    loop.wait()
    loop.work()
    turns.forgetOthers()
    expect(loop.histogram.count).toBe(0)
    at(200)
    expect(turns.haveTurned).toBe(false)
    loop.wait()
    at(400)
    expect(turns.haveTurned).toBe(true)
  })

  it('are those of a timer where nobody can tell waiting from work, and those are not forgotten', () => {
    const loop = new FakeLoop()
    const turns = new Turns(loop.histogram, undefined)
    loop.histogram.record(100)
    turns.see(0)
    expect(turns.stillSince).toBeUndefined()
    turns.see(150)
    expect(turns.stillSince).toBe(0)
    turns.forgetOthers()
    expect(loop.histogram.count).toBe(1)
  })
})
