import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BEAT_MS, LOOK_AFTER_MS, StallWatch } from '../../../sdk/src/watchdog/stall-watch.ts'

/** What happens to the two threads for some milliseconds. */
type Phase =
  /** The loop turns, and its longest iterations take this long. */
  | { readonly kind: 'healthy'; readonly ms: number; readonly iterationMs: number }
  /** The agent's thread runs on and its loop does not turn. */
  | { readonly kind: 'blocked'; readonly ms: number }
  /** Neither thread runs: SIGSTOP, a machine asleep, another process that has the only processor. */
  | { readonly kind: 'stopped'; readonly ms: number }

interface Look {
  readonly at: number
  readonly phase: Phase | undefined
}

/** Plays phases against the watch, millisecond by millisecond; the watch's thread wakes up to `jitterMs` late. */
function play(phases: readonly Phase[], jitterMs: number): { readonly looks: readonly Look[]; readonly stoppedMs: number } {
  const watch = new StallWatch()
  const looks: Look[] = []
  let now = 1_000
  let beat = now
  let nextBeat = now + BEAT_MS
  let wakeAt = now
  for (const phase of phases) {
    const end = now + phase.ms
    let turnsAt = now
    for (; now < end; now++) {
      if (phase.kind === 'stopped') continue
      if (phase.kind === 'healthy' && now >= turnsAt) {
        turnsAt = now + phase.iterationMs
        if (now >= nextBeat) {
          beat = now
          nextBeat = now + BEAT_MS
        }
      }
      if (now < wakeAt) continue
      const { look, sleepMs } = watch.wake(now, beat)
      expect(sleepMs).toBeGreaterThan(0)
      expect(sleepMs).toBeLessThanOrEqual(LOOK_AFTER_MS)
      if (look) looks.push({ at: now, phase })
      wakeAt = now + sleepMs + jitterMs
    }
  }
  return { looks, stoppedMs: watch.stoppedMs }
}

const healthy = fc.record({
  kind: fc.constant('healthy' as const),
  ms: fc.integer({ min: 400, max: 5_000 }),
  iterationMs: fc.integer({ min: 1, max: 45 }),
})
const stopped = fc.record({ kind: fc.constant('stopped' as const), ms: fc.integer({ min: 1, max: 100_000 }) })
const blocked = fc.record({ kind: fc.constant('blocked' as const), ms: fc.integer({ min: 230, max: 20_000 }) })
const jitter = fc.integer({ min: 0, max: 20 })

describe('the watch for a loop that stands still', () => {
  it('never looks at a loop that turns, however often the process is stopped', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(healthy, stopped), { maxLength: 12 }), jitter, (phases, jitterMs) => {
        expect(play(phases, jitterMs).looks).toEqual([])
      }),
    )
  })

  it('looks at every block that lasts, in time, and then each time that it has lasted twice as long', () => {
    fc.assert(
      fc.property(healthy, blocked, jitter, (before, block, jitterMs) => {
        const { looks } = play([before, block, { kind: 'healthy', ms: 1_000, iterationMs: 5 }], jitterMs)
        const start = 1_000 + before.ms
        expect(looks[0]?.at).toBeLessThanOrEqual(start + LOOK_AFTER_MS + jitterMs)
        expect(looks.every(({ phase }) => phase === block)).toBe(true)
        expect(looks.length).toBeLessThanOrEqual(Math.log2((block.ms + BEAT_MS + 50) / LOOK_AFTER_MS) + 1)
      }),
    )
  })

  it('says how long nobody ran, to the millisecond when it wakes on time', () => {
    const { stoppedMs, looks } = play(
      [
        { kind: 'healthy', ms: 1_000, iterationMs: 1 },
        { kind: 'stopped', ms: 60_000 },
        { kind: 'healthy', ms: 1_000, iterationMs: 1 },
      ],
      0,
    )
    expect(stoppedMs).toBeGreaterThan(60_000 - LOOK_AFTER_MS)
    expect(stoppedMs).toBeLessThanOrEqual(60_000)
    expect(looks).toEqual([])
  })

  it('does not take time that it could not run itself for time that the loop stood still', () => {
    const watch = new StallWatch()
    let now = 1_000
    let ran = 0
    for (;;) {
      const { look, sleepMs } = watch.wake(now, 1_000)
      if (look) break
      ran += sleepMs
      now += sleepMs + 80
    }
    expect(ran).toBeGreaterThanOrEqual(LOOK_AFTER_MS)
    expect(watch.stoppedMs).toBe(now - 1_000 - ran)
  })

  it('takes a heartbeat that it reads from the future for one of now', () => {
    const watch = new StallWatch()
    expect(watch.wake(1_000, 5_000)).toEqual({ look: false, sleepMs: LOOK_AFTER_MS })
    expect(watch.wake(1_000 + LOOK_AFTER_MS, 5_000).look).toBe(true)
  })
})
