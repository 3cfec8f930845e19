import { describe, expect, it } from 'vitest'
import { planMarkdown } from '../../../collector-processor/src/pages/plan-markdown.ts'
import { planText } from '../../../collector-processor/src/pages/plan-text.ts'
import { inPhases, planOf } from '../../../collector-processor/src/recommendation/plan.ts'
import type { Recommendation } from '../../../collector-processor/src/recommendation/recommendation.ts'
import { sampleRecommendation } from '../../support/recommendations.ts'

const of = (id: string, changes: Partial<Recommendation>): Recommendation =>
  sampleRecommendation({ id, subject: id, title: `Change ${id}`, ...changes })
const calls = (caller: string, callee: string, service = 'travel-agent') => ({ service, caller, callee })
const phaseById = (list: readonly Recommendation[]): Record<string, string> => Object.fromEntries(list.map(({ id, phase }) => [id, phase]))

describe('the plan', () => {
  it('does the quick ones first', () => {
    const list = inPhases([of('c', { effort: 'days' }), of('b', { effort: 'hours' }), of('a', { effort: 'minutes' })])
    expect(phaseById(list)).toEqual({ a: 'quick-win', b: 'next', c: 'later' })
    expect(list.map(({ id }) => id).join(''), 'ranked as before').toBe('cba')
  })

  it('does a second change of the same subject later than the first, and says for what it waits', () => {
    const list = inPhases(['a', 'b', 'c', 'd'].map((id) => of(id, { subject: 'search' })))
    expect(list.map(({ phase }) => phase)).toEqual(['quick-win', 'next', 'later', 'later'])
    expect(list[1]?.waitsFor).toEqual([{ id: 'a', why: 'both change search, or the cache in front of it' }])
    expect(list[0]?.waitsFor).toBeUndefined()
  })

  it('does not let a change of days hold up a quick one of the same subject', () => {
    const list = inPhases([of('long', { subject: 'search', effort: 'days' }), of('quick', { subject: 'search' })])
    expect(phaseById(list)).toEqual({ quick: 'quick-win', long: 'later' })
    expect(list[0]?.waitsFor?.[0]?.id).toBe('quick')
  })

  it('lets a function wait for one that calls it, also by way of others, but not for one of another service', () => {
    const list = [of('agent', {}), of('search', {}), of('other', {})]
    const waits = (pairs: Parameters<typeof inPhases>[1]) => inPhases(list, pairs)[1]?.waitsFor
    expect(waits([calls('agent', 'plan'), calls('plan', 'search')])).toEqual([{ id: 'agent', why: 'agent calls search' }])
    expect(waits([calls('search', 'agent')])?.[0]?.why).toBe('search calls agent')
    expect(waits([calls('agent', 'plan')])).toBeUndefined()
    expect(waits([calls('agent', 'search', 'elsewhere')])).toBeUndefined()
    expect(waits([calls('agent', 'agent')]), 'a function that calls itself').toBeUndefined()
  })

  it('lets nothing wait for what is done, and has only what is open', () => {
    const list = inPhases([of('a', { subject: 'x', state: 'verified' }), of('b', { subject: 'x' }), of('c', { state: 'stale' })])
    expect(list[1]?.waitsFor).toBeUndefined()
    expect(
      planOf(list)
        .phases.flatMap(({ recommendations }) => recommendations)
        .map(({ id }) => id),
    ).toEqual(['b'])
  })

  it('never puts a change before what it waits for', () => {
    const list = inPhases(
      [of('c', { effort: 'days' }), of('b', { effort: 'days' }), of('a', { effort: 'hours' })],
      [calls('a', 'c'), calls('b', 'c')],
    )
    const { phases } = planOf([...list].toReversed())
    const order = phases.flatMap(({ recommendations }) => recommendations).map(({ id }) => id)
    for (const { id, waitsFor = [] } of list)
      for (const { id: earlier } of waitsFor) expect(order.indexOf(earlier)).toBeLessThan(order.indexOf(id))
  })

  it('says which gains are in no total', () => {
    const saving = { unit: 's/s', lower: 1, likely: 1, upper: 1 } as const
    const { uncounted, totals } = planOf(inPhases([of('a', { saving }), of('b', { saving, subject: 'a' })]))
    expect([uncounted, totals]).toEqual([['b'], [saving]])
  })
})

describe('the plan as text', () => {
  const plan = planOf(
    inPhases([
      of('a', { advice: `${'word '.repeat(40)}` }),
      of('b', { subject: 'a', title: 'Change | <b>\u001B[31m</b>', state: 'accepted' }),
    ]),
  )

  it('fits into 80 columns and numbers what is waited for', () => {
    const text = planText(plan)
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
    expect(text.replace(/\s+/g, ' ')).toContain(
      'Waits for 1 (both change a, or the cache in front of it); its saving is measured anew then.',
    )
    expect(text.replace(/\s+/g, ' ')).toContain('Gains that overlap are counted once: 1 of these changes add nothing to it.')
    expect(text).toContain('not in the total; minutes; accepted')
  })

  it('lets no name control the terminal, nor write Markdown', () => {
    expect(planText(plan)).not.toContain('\u001B')
    expect(planMarkdown(plan)).toContain('### 2. Change \\| \\<b\\>')
  })

  it('says so when there is nothing to do', () => {
    expect(planText(planOf([]))).toBe('Nothing to do.\n')
    expect(planMarkdown(planOf([of('a', { state: 'applied' })]))).toBe('# Plan\n\nNothing to do.\n')
  })
})
