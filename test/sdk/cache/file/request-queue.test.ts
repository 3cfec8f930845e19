import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../../sdk/src/clock.ts'
import { HeldUp } from '../../../../sdk/src/cache/file/faults.ts'
import { RequestQueue } from '../../../../sdk/src/cache/file/request-queue.ts'

/** A clock whose timers a test lets run. */
function clockWithTimers(): Clock & { advance(ms: number): void } {
  let now = 0
  const timers = new Set<{ at: number; action: () => void }>()
  return {
    now: () => now,
    after(ms, action) {
      const timer = { at: now + ms, action }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(ms) {
      for (const end = now + ms; now < end;) {
        now++
        for (const timer of [...timers].filter(({ at }) => at <= now)) {
          timers.delete(timer)
          timer.action()
        }
      }
    },
  }
}

describe('the queue of requests to a file', () => {
  it('does one after the other, at once where nobody has the file locked', () => {
    const done: string[] = []
    const queue = new RequestQueue(clockWithTimers())
    queue.add(
      () => void done.push('first'),
      () => {},
      100,
    )
    queue.add(
      () => void done.push('second'),
      () => {},
      100,
    )
    expect(done).toEqual(['first', 'second'])
  })

  it('waits for other processes, in order, and not beyond its patience', () => {
    const clock = clockWithTimers()
    const queue = new RequestQueue(clock)
    const log: string[] = []
    let locked = true
    const job = (name: string, patienceMs: number): void =>
      queue.add(
        () => {
          if (locked) throw new HeldUp()
          log.push(name)
        },
        (error) => log.push(`${name} failed with ${String(error)}`),
        patienceMs,
      )
    job('impatient', 10)
    job('patient', 100)
    clock.advance(50)
    expect(log).toEqual(['impatient failed with HeldUp'])
    locked = false
    clock.advance(2)
    expect(log.slice(1)).toEqual(['patient'])
  })

  it('does what a request adds after the others, and no request twice', () => {
    const log: string[] = []
    const queue = new RequestQueue(clockWithTimers())
    queue.add(
      () => {
        log.push('outer')
        queue.add(
          () => void log.push('inner'),
          () => {},
          100,
        )
      },
      () => {},
      100,
    )
    queue.add(
      () => void log.push('last'),
      () => {},
      100,
    )
    expect(log).toEqual(['outer', 'inner', 'last'])
  })

  it('does not stop at a request that fails', () => {
    const log: string[] = []
    const queue = new RequestQueue(clockWithTimers())
    queue.add(
      () => {
        throw new Error('no')
      },
      (error) => log.push(String(error)),
      100,
    )
    queue.add(
      () => void log.push('done'),
      () => {},
      100,
    )
    expect(log).toEqual(['Error: no', 'done'])
  })

  it('drops what waits when it is closed', () => {
    const clock = clockWithTimers()
    const queue = new RequestQueue(clock)
    let attempts = 0
    queue.add(
      () => {
        attempts++
        throw new HeldUp()
      },
      () => {},
      100,
    )
    queue.close()
    clock.advance(200)
    expect(attempts).toBe(1)
  })
})
