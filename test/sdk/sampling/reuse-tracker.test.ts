import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reuse } from '../../../sdk/src/contract/index.ts'
import { hashArguments } from '../../../sdk/src/sampling/hash.ts'
import { ReuseTracker } from '../../../sdk/src/sampling/reuse-tracker.ts'
import { ManualClock } from '../../support/clock.ts'
import { seeded } from '../../support/random.ts'
import { exported, type Request, simulated } from './reuse-model.ts'

function follow(requests: readonly Request[], clock = new ManualClock(0), tracker = trackerOn(clock)): ReuseTracker {
  for (const { key, gap } of requests) {
    clock.advance(gap)
    ask(tracker, key)
  }
  return tracker
}

function trackerOn(clock: ManualClock): ReuseTracker {
  return new ReuseTracker({ subject: 'search', kind: 'cache', clock })
}

function ask(tracker: ReuseTracker, key: number): void {
  const hash = hashArguments([key])
  if (tracker.wants(hash)) tracker.record(hash)
  else tracker.skip()
}

/** Skewed popularity: the product of two uniform numbers favours small keys. */
function skewed(count: number, keys: number, gap: number, seed = 1): Request[] {
  const random = seeded(seed)
  return Array.from({ length: count }, () => ({ key: Math.floor(keys * random() * random() * random()), gap }))
}

/** Few keys, with gaps that are multiples of `step`, because ages are resolved to an eight-thousandth of a time to live. */
const fewKeys = (step: number, steps: number) =>
  fc.array(fc.record({ key: fc.nat(40), gap: fc.nat(steps).map((count) => count * step) }), { maxLength: 300 })

const rises = (counts: readonly number[]) => counts.every((count, index) => count >= (counts[index - 1] ?? 0))

describe('the reuse tracker', () => {
  it('counts exactly what caches of every size and time to live would have served, while keys are few', () => {
    fc.assert(
      fc.property(fc.oneof(fewKeys(250, 6), fewKeys(20_000, 200)), (requests) => {
        expect(exported(follow(requests))).toMatchObject(requests.length === 0 ? {} : simulated(requests))
      }),
      { numRuns: 200 },
    )
  })

  it('is still exact with two thousand keys', () => {
    const requests = skewed(6_000, 2_000, 20)
    expect(exported(follow(requests))).toMatchObject(simulated(requests))
  })

  it('is exact at sizes up to its front, and within 2 points beyond, with many more keys than it holds', () => {
    const requests = skewed(60_000, 12_000, 2)
    const found = exported(follow(requests)).bySize
    const truth = bySizeFast(requests)
    for (const [index, size] of reuse.distance.buckets.entries()) {
      const error = Math.abs((found[index] ?? NaN) - (truth[index] ?? NaN)) / requests.length
      if (size <= 1_000) expect(error, `at ${size} entries`).toBe(0)
      else expect(error, `at ${size} entries`).toBeLessThan(0.02)
    }
  })

  it('exports whole numbers that rise with size, with time to live and with time, and that add up to the requests', () => {
    const clock = new ManualClock(0)
    const tracker = trackerOn(clock)
    let before = exported(tracker)
    for (let round = 0; round < 60; round++) {
      follow(skewed(1_500, 9_000, round % 3, round), clock, tracker)
      const now = exported(tracker)
      for (const counts of [now.bySize, now.byTtl]) {
        expect(counts.every(Number.isInteger)).toBe(true)
        expect(rises(counts)).toBe(true)
        expect(counts.at(-1)).toBe((round + 1) * 1_500)
      }
      if (round > 0) {
        expect(now.bySize.every((count, index) => count >= (before.bySize[index] ?? 0))).toBe(true)
        expect(now.byTtl.every((count, index) => count >= (before.byTtl[index] ?? 0))).toBe(true)
      }
      before = now
    }
  })

  it('serves nothing from unique keys', () => {
    const found = exported(follow(Array.from({ length: 5_000 }, (_, key) => ({ key, gap: 1 }))))
    expect(found.bySize.slice(0, -1).every((count) => count === 0)).toBe(true)
    expect(found.byTtl.slice(0, -1).every((count) => count === 0)).toBe(true)
  })

  it('learns a working set larger than its front among endless keys that never come again', () => {
    const clock = new ManualClock(0)
    const tracker = trackerOn(clock)
    // A set whose hashes lie badly: a sample of one key in a hundred overestimates it by 5 points.
    const set = 200_000_000
    let unique = set + 10_000
    const play = (seed: number, requests: number, inSet: number) => {
      const random = seeded(seed)
      for (let request = 0; request < requests; request++) {
        clock.advance(1)
        ask(tracker, random() < inSet ? set + Math.floor(random() * 3_000) : unique++)
      }
    }
    play(1, 300_000, 0)
    play(2, 900_000, 0.5)
    const before = exported(tracker).bySize
    play(3, 100_000, 0.5)
    const served = exported(tracker).bySize.map((count, index) => (count - (before[index] ?? 0)) / 100_000)
    // All of the set is served at 20,000 entries, but for the one in 800 that comes later; half of the requests are for it.
    expect(Math.abs((served[reuse.distance.buckets.indexOf(20_000)] ?? NaN) - 0.5)).toBeLessThan(0.03)
  })

  it('gives the same answer to two readers', () => {
    const tracker = follow(skewed(3_000, 5_000, 1))
    expect(exported(tracker)).toEqual(exported(tracker))
  })

  it('exports nothing before the first request', () => {
    expect(exported(trackerOn(new ManualClock())).bySize).toEqual([0])
  })

  it('counts checked results by whether they were the same', () => {
    const tracker = follow([{ key: 1, gap: 0 }])
    for (const same of [true, true, false]) tracker.check(same)
    expect(exported(tracker)).toMatchObject({ same: 2, different: 1 })
  })

  it('records a share of the requests when they come fast, and still knows the hit ratio of few keys', () => {
    const clock = new ManualClock(0)
    const tracker = trackerOn(clock)
    const random = seeded(5)
    let recorded = 0
    const requests = 400_000
    for (let request = 0; request < requests; request++) {
      clock.advance(0.001)
      const hash = hashArguments([Math.floor(random() * 400)])
      if (tracker.wants(hash)) {
        recorded++
        tracker.record(hash)
      } else tracker.skip()
    }
    const { bySize } = exported(tracker)
    expect(recorded).toBeLessThan(100_000)
    expect(bySize.at(-1)).toBe(requests)
    for (const size of [100, 200, 300]) {
      const found = (bySize[reuse.distance.buckets.indexOf(size)] ?? 0) / requests
      expect(Math.abs(found - size / 400), `at ${size} entries`).toBeLessThan(0.02)
    }
  })

  it('does not count otherwise when it is asked first whether a request passes unseen', () => {
    const [clock, random] = [new ManualClock(0), seeded(7)]
    const [asked, unasked] = [trackerOn(clock), trackerOn(clock)]
    let passed = 0
    for (let request = 0; request < 400_000; request++) {
      clock.advance(0.001)
      const key = Math.floor(random() * 400)
      if (asked.passes()) passed++
      else ask(asked, key)
      ask(unasked, key)
      if (request % 70_000 === 0) expect(exported(asked)).toEqual(exported(unasked))
    }
    expect(exported(asked)).toEqual(exported(unasked))
    expect(passed).toBeGreaterThan(300_000)
  })

  it('takes at most 150 KiB', () => {
    const before = process.memoryUsage().arrayBuffers
    const trackers = Array.from({ length: 50 }, () => trackerOn(new ManualClock()))
    const each = (process.memoryUsage().arrayBuffers - before) / trackers.length
    expect(each).toBeGreaterThan(10 * 1_024)
    expect(each).toBeLessThan(150 * 1_024)
  })

  it('wants only some of very many keys when requests come fast, and all of them again when they have become few', () => {
    const clock = new ManualClock(0)
    const tracker = trackerOn(clock)
    follow(skewed(300_000, 50_000, 0.002), clock, tracker)
    const wanted = () => Array.from({ length: 1_000 }, (_, key) => hashArguments([key])).filter((hash) => tracker.wants(hash)).length
    expect(wanted()).toBeGreaterThan(5)
    expect(wanted()).toBeLessThan(600)
    for (let collection = 0; collection < 8; collection++) {
      clock.advance(10_000)
      ask(tracker, 1)
      exported(tracker)
    }
    expect(wanted()).toBe(1_000)
  })
})

/** Exact counts by size for many keys, without the slow model. */
function bySizeFast(requests: readonly Request[]): number[] {
  const counts = reuse.distance.buckets.map(() => 0)
  const lastUse = new Map<number, number>()
  for (const { key } of requests) {
    if (lastUse.has(key)) {
      let position = lastUse.size
      for (const other of lastUse.keys()) {
        if (other === key) break
        position--
      }
      for (const [index, size] of reuse.distance.buckets.entries()) if (position <= size) counts[index] = (counts[index] ?? 0) + 1
      lastUse.delete(key)
    }
    lastUse.set(key, 0)
  }
  return counts
}
