import { describe, expect, it } from 'vitest'
import { steady } from '../../support/evidence.ts'
import type { Evidence, Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { capacity, usage } from '../../../collector-processor/src/prometheus/limited-resources.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import type { Answer } from '../../../collector-processor/src/rules/rule.ts'
import rule, { usageOfHours } from '../../../collector-processor/src/rules/saturation-forecast.ts'
import { evidenceOf } from '../../support/evidence.ts'
import { seeded } from '../../support/random.ts'
import { noise } from '../prediction/noise.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'

const span: Span = { end: 1_795_000_000, blockSeconds: 300, blocks: 60, windowBlocks: 12 }
const subjectOf = (name: string) => ({ service: 'checkout', kind: 'pool', name }) as const
const GIB = 1024 ** 3

/** A resource that is used to so much, and to so much more every day, with noise. */
function evidence(name: string, from: number, perDay: number, there: Blocks): Evidence {
  const subject = subjectOf(name)
  const shares = noise(168, 0.3, seeded(1)).map((value, hour) => from + (perDay * hour) / 24 + 0.005 * value)
  return evidenceOf(
    [
      { question: usageOfHours, subject, blocks: shares },
      { question: usage, subject, blocks: noise(60, 0, seeded(2)).map((value) => (shares.at(-1) ?? 0) + 0.005 * value) },
      { question: capacity, subject, blocks: there },
    ],
    span,
  )
}
const settings = parseSettings()
const judge = (...args: Parameters<typeof evidence>): Answer | undefined => rule.evaluate(evidence(...args), settings)[0]

describe('saturation-forecast', () => {
  it('dates the end of a heap that grows, and says what limit does for a month', () => {
    const answer = judge('heap', 0.3, 0.05, steady(GIB, span))
    if (answer?.kind !== 'finding') throw new Error('no finding')
    expect(answer.title).toBe('Make room in the heap of checkout before it is full')
    expect(answer.change).toEqual({ maxOldSpaceMiB: 3_072 })
    expect(answer.evidence[1]).toMatch(/full \(90 %\) on 2026-11-2\d, with 95 % from 2026-11-2\d to 2026-11-2\d\./)
    expect(answer.saving).toMatchObject({ unit: 'ratio' })
    expect(answer.saving.likely).toBeCloseTo(0.65 * (2 / 3), 1)
    expect(answer.saving.lower).toBeGreaterThan(0.4)
  })

  it('asks for more processes where the event loop is busier every day', () => {
    const answer = judge('event loop', 0.3, 0.05, steady(2, span))
    expect(answer?.kind === 'finding' ? answer.change : {}).toEqual({ processes: 6 })
  })

  it('asks for more connections of a pool of which more are used every day', () => {
    const answer = judge('orders', 0.3, 0.05, steady(10, span))
    expect(answer?.kind === 'finding' ? [answer.title, answer.change] : []).toEqual([
      'Enlarge the pool orders of checkout before it is full',
      { connections: 30 },
    ])
  })

  it('is silent on what does not grow, however full it is', () => {
    expect(judge('heap', 0.85, 0, steady(GIB, span))).toBeUndefined()
  })

  it('sees the change when there is a tenth more, and not when what was used falls', () => {
    const proposal = {
      subject: subjectOf('heap'),
      createdAt: span.end - 6_000,
      saving: { unit: 'ratio', lower: 0.2, likely: 0.3, upper: 0.4 },
    } as const
    const raised = steady(GIB, span).map((bytes, block) => (block < 50 ? bytes : 2 * (bytes ?? 0)))
    expect(rule.appliedAt(evidence('heap', 0.3, 0.05, raised), proposal)).toBe(span.end - 3_000)
    expect(rule.appliedAt(evidence('heap', 0.3, 0, steady(GIB, span)), proposal)).toBeUndefined()
  })

  it('costs the used share of every second', () => {
    const { spent, requests } = rule.cost(evidence('heap', 0.5, 0, steady(GIB, span)), subjectOf('heap'))
    expect((spent[0] ?? 0) / (requests[0] ?? 1)).toBeCloseTo(0.5, 1)
    expect(requests).toEqual(steady(300, span))
  })
})
