import { describe, expect, it } from 'vitest'
import { countOf, cumulative, Totals } from '../../../collector-processor/src/run/totals.ts'
import { calls, type ProcessSummary, runtime, type SummaryPoint } from '../../../sdk/src/contract/index.ts'

let pid = 0
const summary = (points: readonly SummaryPoint[], cpu = 0): ProcessSummary => ({
  pid: ++pid,
  threadId: 0,
  command: 'node',
  startedAt: 0,
  lived: 1,
  active: 0,
  waiting: 0,
  cpu,
  ended: true,
  points,
})

describe('the totals of a run', () => {
  it('add up what processes say under the same attributes, in whatever order they stand', () => {
    const totals = new Totals()
    const point = (attributes: SummaryPoint['attributes'], value: number): SummaryPoint => ({
      metric: runtime.blockedTime.name,
      kind: 'counter',
      attributes,
      value,
    })
    totals.add(summary([point({ a: 1, b: 2 }, 3), point({ a: 2 }, 10)]))
    totals.add(summary([point({ b: 2, a: 1 }, 4)]))
    expect(totals.points(runtime.blockedTime).map(({ value }) => value)).toEqual([7, 10])
    expect([totals.sum(runtime.blockedTime), totals.sum(runtime.blockedTime, { a: 2 }), totals.sum(runtime.gcTime)]).toEqual([17, 10, 0])
  })

  it('take the largest of a level, and the sums of buckets', () => {
    const totals = new Totals()
    const histogram = (counts: number[]): SummaryPoint => ({
      metric: calls.duration.name,
      kind: 'histogram',
      attributes: {},
      value: 1,
      counts,
    })
    const level = (value: number): SummaryPoint => ({ metric: 'level', kind: 'gauge', attributes: {}, value })
    for (const value of [3, 5, 4]) totals.add(summary([histogram([1, 2]), level(value)]))
    expect(totals.sum({ name: 'level' })).toBe(5)
    const [durations] = totals.points(calls.duration)
    expect(durations).toMatchObject({ value: 3, counts: [3, 6] })
    expect(durations && countOf(durations)).toBe(9)
    expect(durations && cumulative({ ...calls.duration, buckets: [0.1] }, durations)).toEqual([
      [0.1, 3],
      [Infinity, 9],
    ])
  })

  it('do not keep every name of very many', () => {
    const totals = new Totals()
    for (let name = 0; name < 10_100; name++)
      totals.add(summary([{ metric: runtime.blockedTime.name, kind: 'counter', attributes: { name }, value: 1 }]))
    expect(totals.sum(runtime.blockedTime)).toBe(10_000)
  })

  it('do not keep every process of very many', () => {
    const totals = new Totals()
    for (let count = 0; count < 1_000; count++) totals.add(summary([], count))
    expect([totals.count, totals.processes.length, totals.processes[0]?.cpu]).toEqual([1_000, 200, 999])
  })
})
