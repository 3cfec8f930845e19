import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareWaits, delayedShare, eventLoopWait, type Load, poolWait } from '../../../collector-processor/src/prediction/queueing.ts'
import { seeded } from '../../support/random.ts'

const load = (arrivalsPerSecond: number, serviceSeconds = 1, squaredVariation = 1): Load => ({
  arrivalsPerSecond,
  serviceSeconds,
  squaredVariation,
})

const seconds = (wait: ReturnType<typeof poolWait>): number => (wait?.kind === 'steady' ? wait.seconds : NaN)

/** Mean wait of so many arrivals, first come first served; service times are drawn by `service`. */
function simulated({ arrivalsPerSecond }: Load, servers: number, service: () => number, random: () => number): number {
  const free = Array.from({ length: servers }, () => 0)
  const arrivals = 200_000
  let now = 0
  let waited = 0
  for (let index = 0; index < arrivals; index++) {
    now -= Math.log(1 - random()) / arrivalsPerSecond
    const earliest = free.indexOf(Math.min(...free))
    const start = Math.max(now, free[earliest] ?? 0)
    waited += start - now
    free[earliest] = start + service()
  }
  return waited / arrivals
}

const shares = fc.double({ min: 0.01, max: 0.98, noNaN: true })
const counts = fc.integer({ min: 1, max: 300 })

describe('the wait in a queue', () => {
  it.each([
    // Offered load in erlang, servers, share that waits: printed tables of Erlang C.
    [1, 2, 0.3333],
    [2, 3, 0.4444],
    [3, 4, 0.5094],
    [4, 5, 0.5541],
    [5, 6, 0.5875],
    [10, 14, 0.1741],
  ])('of %d erlang at %d servers meets %d of the arrivals, as in the tables of Erlang C', (offered, servers, share) => {
    expect(delayedShare(offered, servers)).toBeCloseTo(share, 4)
  })

  it('is that of Pollaczek and Khinchine for an event loop', () => {
    expect(seconds(eventLoopWait(load(0.8)))).toBeCloseTo(4, 12)
    expect(seconds(eventLoopWait(load(0.8, 1, 0)))).toBeCloseTo(2, 12)
    expect(seconds(eventLoopWait(load(50, 0.01, 3)))).toBeCloseTo(0.02, 12)
  })

  it.each([
    ['one server, exponential times', load(0.7), 1, 0.06],
    ['one server, equal times', load(0.7, 1, 0), 1, 0.06],
    ['four servers, exponential times', load(3), 4, 0.06],
    // Approximate: the factor for the variation is not exact with several servers.
    ['four servers, equal times', load(3, 1, 0), 4, 0.1],
  ])('is what a simulated queue shows: %s', (_, work, servers, tolerance) => {
    const random = seeded(7)
    const service = (): number => (work.squaredVariation === 0 ? 1 : -Math.log(1 - random()))
    const measured = simulated(work, servers, service, random)
    expect(Math.abs(seconds(poolWait(work, servers)) / measured - 1)).toBeLessThan(tolerance)
  })

  it('is never shorter with fewer servers, more arrivals or longer work', () => {
    fc.assert(
      fc.property(counts, shares, fc.double({ min: 0, max: 10, noNaN: true }), (servers, share, variation) => {
        const work = load(share * servers, 1, variation)
        const wait = seconds(poolWait(work, servers))
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(seconds(poolWait(work, servers + 1))).toBeLessThanOrEqual(wait)
        expect(seconds(poolWait({ ...work, arrivalsPerSecond: work.arrivalsPerSecond * 0.9 }, servers))).toBeLessThanOrEqual(wait)
        expect(seconds(poolWait({ ...work, serviceSeconds: 0.9 }, servers))).toBeLessThanOrEqual(wait)
      }),
    )
  })

  it('does not depend on the unit of time', () => {
    fc.assert(
      fc.property(counts, shares, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (servers, share, unit) => {
        const scaled = seconds(poolWait(load((share * servers) / unit, unit), servers))
        expect(scaled / unit).toBeCloseTo(seconds(poolWait(load(share * servers), servers)), 6)
      }),
    )
  })

  it('is not a number when more arrives than can be done', () => {
    expect(eventLoopWait(load(1))).toEqual({ kind: 'saturated', utilization: 1 })
    expect(poolWait(load(9), 6)).toEqual({ kind: 'saturated', utilization: 1.5 })
  })

  it('is nothing without work', () => {
    expect(poolWait(load(0), 3)).toEqual({ kind: 'steady', seconds: 0, utilization: 0 })
    expect(poolWait(load(10, 0), 3)).toEqual({ kind: 'steady', seconds: 0, utilization: 0 })
  })

  it('is not known for a load or a pool that cannot be', () => {
    for (const wrong of [-1, NaN, Infinity]) {
      expect(eventLoopWait(load(wrong))).toBeUndefined()
      expect(eventLoopWait(load(1, wrong))).toBeUndefined()
      expect(eventLoopWait(load(0.5, 1, wrong))).toBeUndefined()
      expect(poolWait(load(1), wrong)).toBeUndefined()
    }
    expect(poolWait(load(1), 1.5)).toBeUndefined()
    expect(poolWait(load(1), 0)).toBeUndefined()
  })
})

describe('a change to a queue', () => {
  const at = (arrivals: number, servers: number, service = 1) => poolWait(load(arrivals, service), servers) ?? expect.fail()

  it('saves the difference of the waits', () => {
    expect(compareWaits(at(1, 2), at(1, 3))).toEqual({ kind: 'changed', savedSeconds: seconds(at(1, 2)) - seconds(at(1, 3)) })
    expect(compareWaits(at(0.8, 1), at(0.8, 1, 0.5))).toMatchObject({ kind: 'changed', savedSeconds: expect.closeTo(4 - 1 / 3, 9) })
  })

  it('saves exactly nothing when nothing changes', () => {
    expect(compareWaits(at(1, 2), at(1, 2))).toEqual({ kind: 'changed', savedSeconds: 0 })
  })

  it('is given no saving where the queue grew before', () => {
    expect(compareWaits(at(2, 1), at(2, 3))).toEqual({ kind: 'relieved', remainingSeconds: seconds(at(2, 3)) })
  })

  it('does not help when the queue still grows', () => {
    expect(compareWaits(at(5, 1), at(5, 2))).toEqual({ kind: 'saturated', utilization: 2.5 })
  })
})
