import { describe, expect, it } from 'vitest'
import type { LockMessage } from '../../../../sdk/src/cache/shared/locks/lock-message.ts'
import { LockWaiters } from '../../../../sdk/src/cache/redis/lock-waiters.ts'
import { ManualClock } from '../../../support/clock.ts'
import { quiet } from '../../../support/controlled-load.ts'

const free = (holder: string): LockMessage => ({ type: 'free', id: 'id', holder })

/** What a promise has come to by now. */
async function now<T>(promise: Promise<T>): Promise<T | 'waiting'> {
  await quiet()
  return Promise.race([promise, Promise.resolve('waiting' as const)])
}

describe('LockWaiters', () => {
  it('wait for the holder to let go, and for no other', async () => {
    const waiters = new LockWaiters(new ManualClock())
    const waiting = waiters.expect('id').wait('mine', 1_000, true)
    waiters.heard(free('another'))
    waiters.heard({ ...free('mine'), id: 'other id' })
    expect(await now(waiting)).toBe('waiting')
    waiters.heard(free('mine'))
    expect(await now(waiting)).toEqual(free('mine'))
  })

  it('miss nothing that was said before they knew whom to wait for', async () => {
    const waiters = new LockWaiters(new ManualClock())
    const waiter = waiters.expect('id')
    waiters.heard(free('mine'))
    expect(await now(waiter.wait('mine', 1_000, true))).toEqual(free('mine'))
  })

  it('wait no more when the key was invalidated, or the lease is over', async () => {
    const clock = new ManualClock()
    const waiters = new LockWaiters(clock)
    const invalidated = waiters.expect('id').wait('mine', 1_000, true)
    waiters.heard({ type: 'key', origin: 'another', id: 'id', hash: 1 })
    expect(await now(invalidated)).toBeUndefined()
    const expired = waiters.expect('id').wait('mine', 1_000, true)
    clock.advance(1_000)
    expect(await now(expired)).toBe('waiting')
    clock.advance(5)
    expect(await now(expired)).toBeUndefined()
  })

  it('look again soon where they would not hear of a release', async () => {
    const clock = new ManualClock()
    const waiting = new LockWaiters(clock).expect('id').wait('mine', 1_000, false)
    clock.advance(25)
    expect(await now(waiting)).toBeUndefined()
  })
})
