import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StallWatch } from '../../../sdk/src/watchdog/stall-watch.ts'
import { Turns } from '../../../sdk/src/watchdog/turns.ts'
import { FakeLoop } from './fake-loop.ts'

/** What happens to the two threads for some milliseconds. */
type Phase =
  /** The loop turns, and its longest turns take this long; then it waits as long. */
  | { readonly kind: 'healthy'; readonly ms: number; readonly turnMs: number }
  /** The loop waits for events all the time. */
  | { readonly kind: 'idle'; readonly ms: number }
  /** The agent's thread runs on and its loop does not turn. */
  | { readonly kind: 'blocked'; readonly ms: number }
  /** Neither thread runs: SIGSTOP, a machine asleep. */
  | { readonly kind: 'stopped'; readonly ms: number }

interface Look {
  readonly at: number
  readonly phase: Phase
}

/** Longest time until a turn that does not end is looked at, in milliseconds. */
const SEEN_AFTER_MS = 310

/** Plays phases against the watch, millisecond by millisecond; the watch's thread wakes up to `jitterMs` late. */
function play(phases: readonly Phase[], jitterMs: number) {
  const watch = new StallWatch(true)
  const loop = new FakeLoop()
  const turns = new Turns(loop.histogram, loop.calls)
  turns.foundWaiting(FakeLoop.DESCRIPTOR)
  const looks: Look[] = []
  let wakes = 0
  let now = 1_000
  let wakeAt = now
  let over = 0
  for (const phase of phases) {
    const end = now + phase.ms
    let changesAt = now
    for (; now < end; now++) {
      if (phase.kind === 'stopped') continue
      if (phase.kind === 'idle') loop.wait()
      if (phase.kind === 'blocked') loop.work()
      if (phase.kind === 'healthy' && now >= changesAt) {
        changesAt = now + phase.turnMs
        if (loop.isWaiting) loop.work()
        else loop.wait()
      }
      if (now < wakeAt) continue
      turns.see(now)
      const next = watch.wake(now, turns.stillSince)
      wakes++
      expect(next.sleepMs).toBeGreaterThan(0)
      expect(next.sleepMs).toBeLessThanOrEqual(250)
      if (next.look) looks.push({ at: now, phase })
      if (next.over) over++
      wakeAt = now + next.sleepMs + jitterMs
    }
  }
  return { looks, over, wakes, stoppedMs: watch.stoppedMs }
}

const healthy = fc.record({
  kind: fc.constant('healthy' as const),
  ms: fc.integer({ min: 400, max: 5_000 }),
  turnMs: fc.integer({ min: 1, max: 55 }),
})
const idle = fc.record({ kind: fc.constant('idle' as const), ms: fc.integer({ min: 1, max: 5_000 }) })
const stopped = fc.record({ kind: fc.constant('stopped' as const), ms: fc.integer({ min: 1, max: 100_000 }) })
const blocked = fc.record({ kind: fc.constant('blocked' as const), ms: fc.integer({ min: 360, max: 20_000 }) })
const jitter = fc.integer({ min: 0, max: 20 })

describe('the watch for a loop that stands still', () => {
  it('never looks at a loop that turns or waits, however often the process is stopped', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(healthy, idle, stopped), { maxLength: 12 }), jitter, (phases, jitterMs) => {
        expect(play(phases, jitterMs).looks).toEqual([])
      }),
    )
  })

  it('looks at every block that lasts, in time, and then each time that it has lasted twice as long', () => {
    fc.assert(
      fc.property(fc.oneof(healthy, idle), blocked, jitter, (before, block, jitterMs) => {
        const { looks, over } = play([before, block, { kind: 'healthy', ms: 1_000, turnMs: 5 }], jitterMs)
        const start = 1_000 + before.ms
        expect(looks[0]?.at).toBeLessThanOrEqual(start + SEEN_AFTER_MS + 2 * jitterMs + 2)
        expect(looks.every(({ phase }) => phase === block)).toBe(true)
        expect(looks.length).toBeLessThanOrEqual(Math.log2((block.ms + 250) / 60) + 1)
        expect(over).toBe(1)
      }),
    )
  })

  it('wakes four times a second where nothing is to be seen, and not twice as often where the loop is busy', () => {
    expect(play([{ kind: 'idle', ms: 10_000 }], 0).wakes).toBeLessThanOrEqual(41)
    expect(play([{ kind: 'healthy', ms: 10_000, turnMs: 60 }], 0).wakes).toBeLessThan(66)
  })

  it('says how long nobody ran, to the time that it would have slept, and that it is over', () => {
    const { stoppedMs, looks, over } = play(
      [
        { kind: 'healthy', ms: 1_000, turnMs: 1 },
        { kind: 'stopped', ms: 60_000 },
        { kind: 'healthy', ms: 1_000, turnMs: 1 },
      ],
      0,
    )
    expect(stoppedMs).toBeGreaterThan(60_000 - 250)
    expect(stoppedMs).toBeLessThanOrEqual(60_000)
    expect(over).toBe(1)
    expect(looks).toEqual([])
  })

  it('does not take time that it could not run itself for time that the loop stood still', () => {
    const watch = new StallWatch(true)
    let now = 1_000
    let ran = 0
    for (;;) {
      const { look, sleepMs } = watch.wake(now, 1_000)
      if (look) break
      ran += sleepMs
      now += sleepMs + 80
    }
    expect(ran).toBeGreaterThanOrEqual(60)
    expect(watch.stoppedMs).toBe(now - 1_000 - ran)
  })

  it('does not take time that it waited for a processor for a stop of the process', () => {
    const watch = new StallWatch(true)
    watch.wake(1_000, undefined)
    expect(watch.wake(1_750, undefined, () => 490)).toEqual({ look: false, over: false, sleepMs: 250 })
    expect(watch.stoppedMs).toBe(0)
    expect(watch.wake(2_800, undefined, () => 900).over).toBe(true)
    expect(watch.stoppedMs).toBe(390)
  })
})
