import { describe, expect, it } from 'vitest'
import type { Evidence, Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import { questions } from '../../../collector-processor/src/prometheus/questions.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import type { Answer, Finding } from '../../../collector-processor/src/rules/rule.ts'
import rule, { callsOfHours, secondsOfHours } from '../../../collector-processor/src/rules/latency-regression.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'
import { type Answered, evidenceOf } from '../../support/evidence.ts'
import { seeded } from '../../support/random.ts'
import { noise } from '../prediction/noise.ts'

const WEEK = 168
const span: Span = { end: WEEK * 3_600, blockSeconds: 300, blocks: 60, windowBlocks: 12 }
const settings = parseSettings({})
const subjectOf = (name: string) => ({ service: 'agent', kind: 'function', name }) as const

/** A function that is called once a second, with the mean duration of each hour, and versions that ran in some hours. */
function fn(
  name: string,
  mean: (hour: number) => number,
  versions: Record<string, (hour: number) => boolean> = { '1': () => true },
): Answered[] {
  const subject = subjectOf(name)
  const hours = (value: (hour: number) => number, runs: (hour: number) => boolean): Blocks =>
    Array.from({ length: WEEK }, (_, hour) => (runs(hour) ? value(hour) : undefined))
  const blocks = (value: (hour: number) => number): Blocks =>
    Array.from({ length: span.blocks }, (_, block) => value(WEEK - 5 + Math.floor(block / 12)))
  return [
    ...Object.entries(versions).flatMap(([version, runs]): Answered[] => [
      { question: secondsOfHours, subject, labels: { 'service.version': version }, blocks: hours((hour) => 3_600 * mean(hour), runs) },
      { question: callsOfHours, subject, labels: { 'service.version': version }, blocks: hours(() => 3_600, runs) },
    ]),
    { question: questions.functionSeconds, subject, blocks: blocks((hour) => 300 * mean(hour)) },
    { question: questions.functionCalls, subject, blocks: blocks(() => 300) },
  ]
}

const noisy = (seed: number): number[] => noise(WEEK, 0.3, seeded(seed)).map((value) => 1 + 0.05 * value)
/** A level of 0.2 s that is half as much again in the last hours. */
const risen = (hours: number, seed = 1, ratio = 1.5) => {
  const factors = noisy(seed)
  return (hour: number): number => 0.2 * (factors[hour] ?? 1) * (hour < WEEK - hours ? 1 : ratio)
}
const judge = (...answers: Answered[]): Answer | undefined =>
  rule.evaluate(evidenceOf(answers, span), settings).find(({ subject }) => subject.name === 'search')
const found = (answer: Answer | undefined): Finding => {
  if (answer?.kind !== 'finding') throw new Error(`no finding: ${JSON.stringify(answer)}`)
  return answer
}

describe('latency-regression', () => {
  it('predicts that the seconds above the earlier level are gained', () => {
    const { saving } = found(judge(...fn('search', risen(30))))
    expect(saving.likely).toBeGreaterThan(0.08)
    expect(saving.likely).toBeLessThan(0.12)
    expect(saving.lower).toBeGreaterThan(0.02)
  })

  it('names the version that came when the level rose', () => {
    const versions = { '1.4.0': (hour: number) => hour < WEEK - 29, '1.5.0': (hour: number) => hour >= WEEK - 30 }
    expect(found(judge(...fn('search', risen(30), versions))).advice).toContain('version 1.5.0')
  })

  it('names no version that came at another time, or was there from the beginning', () => {
    const versions = { '1.4.0': (hour: number) => hour < WEEK - 60, '1.5.0': (hour: number) => hour >= WEEK - 60 }
    for (const answered of [fn('search', risen(30), versions), fn('search', risen(30))])
      expect(found(judge(...answered)).advice).toContain('no version came')
  })

  it('does not blame a function for what the others share', () => {
    const others = ['load', 'rank', 'parse'].flatMap((name, index) => fn(name, risen(30, index + 2)))
    const answer = judge(...fn('search', risen(30)), ...others)
    expect(answer?.kind === 'notAdvised' ? answer.reason : '').toContain('a slower host')
  })

  it('counts only what is beyond the others when they became a little slower', () => {
    const others = ['load', 'rank', 'parse'].flatMap((name, index) => fn(name, risen(30, index + 2, 1.1)))
    const [alone, among] = [found(judge(...fn('search', risen(30)))), found(judge(...fn('search', risen(30)), ...others))]
    expect(among.saving.likely).toBeLessThan(0.9 * alone.saving.likely)
  })

  it('is silent on a daily cycle, a level that came back, one that fell, and a release without a change', () => {
    const factors = noisy(5)
    const cycle = (hour: number): number => 0.2 * (factors[hour] ?? 1) * (1 + 0.3 * Math.sin((2 * Math.PI * hour) / 24))
    const back = (hour: number): number => 0.2 * (factors[hour] ?? 1) * (hour >= 100 && hour < 150 ? 1.5 : 1)
    const versions = { '1': (hour: number) => hour < 120, '2': (hour: number) => hour >= 120 }
    for (const answers of [
      fn('search', cycle),
      fn('search', back),
      fn('search', risen(30, 1, 0.6)),
      fn('search', risen(30, 1, 1), versions),
    ])
      expect(judge(...answers)).toBeUndefined()
  })

  it('sees a rise after the level fell', () => {
    const factors = noisy(6)
    const both = (hour: number): number => 0.2 * (factors[hour] ?? 1) * (hour < 70 ? 4 : hour < 140 ? 1 : 1.6)
    expect(found(judge(...fn('search', both))).saving.likely).toBeGreaterThan(0.1)
  })

  it('waits for 64 hours, and says nothing of a function that is a day old', () => {
    const young = (hours: number) => fn('search', risen(10), { '1': (hour) => hour >= WEEK - hours })
    expect(judge(...young(50))?.kind).toBe('notEnoughData')
    expect(judge(...young(20))).toBeUndefined()
  })

  it('says nothing of what hardly takes time', () => {
    expect(judge(...fn('search', (hour) => risen(30)(hour) / 1_000))).toBeUndefined()
  })

  describe('sees that the level came back', () => {
    const subject = subjectOf('search')
    const proposal = { subject, createdAt: span.end - 9_000, saving: { unit: 's/s', lower: 0.05, likely: 0.1, upper: 0.15 } } as const
    const evidence = (quick: number): Evidence =>
      evidenceOf(
        [
          { question: questions.functionCalls, subject, blocks: Array.from({ length: 60 }, () => 300) },
          {
            question: questions.functionSeconds,
            subject,
            blocks: Array.from({ length: 60 }, (_, block) => (block < 60 - quick ? 90 : 60)),
          },
        ],
        span,
      )

    it('after six blocks', () => {
      expect(rule.appliedAt(evidence(8), proposal)).toBe(span.end - 8 * 300)
    })

    it('not before, and not when nothing changed', () => {
      expect(rule.appliedAt(evidence(5), proposal)).toBeUndefined()
      expect(rule.appliedAt(evidence(0), proposal)).toBeUndefined()
    })
  })
})
