import { describe, expect, it } from 'vitest'
import { candidates } from '../../../../collector-processor/src/run/sections/candidates.ts'
import { Totals } from '../../../../collector-processor/src/run/totals.ts'
import { cache, calls, reuse, type SummaryPoint, subjects } from '../../../../sdk/src/contract/index.ts'

/** A function with 100 calls of 0.1 s, of which so many repeat one of the last ten, and how often the result was the same. */
function totalsOf(name: string, repeats: number, checks: { same: number; different: number }, more: readonly SummaryPoint[] = []): Totals {
  const subject = { 'pitwall.subject': name, 'pitwall.subject.kind': 'function' }
  const counts = reuse.distance.buckets.map((edge) => (edge === 10 ? repeats : 0))
  const totals = new Totals()
  totals.add({
    pid: 1,
    threadId: 0,
    command: 'node',
    startedAt: 0,
    lived: 1,
    active: 0,
    waiting: 0,
    ended: true,
    points: [
      { metric: calls.duration.name, kind: 'histogram', attributes: { 'code.function.name': name }, value: 10, counts: [100] },
      { metric: reuse.distance.name, kind: 'histogram', attributes: subject, value: 0, counts: [...counts, 100 - repeats] },
      { metric: reuse.checks.name, kind: 'counter', attributes: { ...subject, 'pitwall.reuse.same': 'true' }, value: checks.same },
      { metric: reuse.checks.name, kind: 'counter', attributes: { ...subject, 'pitwall.reuse.same': 'false' }, value: checks.different },
      { metric: subjects.info.name, kind: 'gauge', attributes: { ...subject, 'code.file.path': 'a.ts', 'code.line.number': 3 }, value: 1 },
      ...more,
    ],
  })
  return totals
}

const found = (totals: Totals) => candidates.of(totals, {}).data

describe('candidates for a cache', () => {
  it('are functions whose calls repeat, with the size that reaches nearly all of it and what it would have saved', () => {
    const totals = totalsOf('embed', 80, { same: 500, different: 0 })
    expect(found(totals)).toEqual([
      {
        name: 'embed',
        savedSeconds: 8,
        entries: 10,
        hitRatio: 0.8,
        safety: '500 of 500 compared results were the same',
        where: 'a.ts:3',
      },
    ])
    expect(candidates.of(totals, {}).text).toContain('8 s     10 entries  embed     a.ts:3  80 %; 500 of 500 compared')
  })

  it('are said to be uncertain where too few results were compared', () => {
    expect(found(totalsOf('embed', 80, { same: 5, different: 0 }))).toMatchObject([
      { safety: expect.stringContaining('too little to be sure') },
    ])
  })

  it.each([
    ['write, by their name', totalsOf('sendMail', 80, { same: 500, different: 0 })],
    ['return something else each time', totalsOf('now', 80, { same: 5, different: 400 })],
    ['hardly ever repeat', totalsOf('embed', 5, { same: 5, different: 0 })],
    [
      'have a cache already',
      totalsOf('embed', 80, { same: 500, different: 0 }, [
        {
          metric: cache.requests.name,
          kind: 'counter',
          attributes: { 'pitwall.cache.name': 'embed', 'pitwall.cache.result': 'hit' },
          value: 3,
        },
      ]),
    ],
  ])('are not functions that %s', (_, totals) => {
    expect(found(totals)).toEqual([])
    expect(candidates.of(totals, {}).text).toBe('')
  })
})
