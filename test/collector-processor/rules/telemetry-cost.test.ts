import { describe, expect, it } from 'vitest'
import type { Evidence, Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import type { Blocks } from '../../../collector-processor/src/prometheus/series.ts'
import type { Answer } from '../../../collector-processor/src/rules/rule.ts'
import rule, { ofLayer, ofProcess, profilers } from '../../../collector-processor/src/rules/telemetry-cost.ts'
import { evidenceOf, steady } from '../../support/evidence.ts'
import { parseSettings } from '../../../collector-processor/src/settings.ts'

const subject = { service: 'agent', kind: 'service', name: 'agent' } as const
const span: Span = { end: 60, blockSeconds: 10, blocks: 6, windowBlocks: 6 }

/** Seconds in each block, by process and by layer; `allocation`, `cpu-profile` and `heap` run as profilers. */
const evidence = (processes: Readonly<Record<string, Blocks>>, layers: Readonly<Record<string, Blocks>>): Evidence =>
  evidenceOf(
    [
      ...Object.entries(processes).map(([name, blocks]) => ({
        question: ofProcess,
        subject,
        labels: { 'service.instance.id': name },
        blocks,
      })),
      ...Object.entries(layers).map(([layer, blocks]) => ({ question: ofLayer, subject, labels: { 'pitwall.sdk.layer': layer }, blocks })),
      ...['allocation', 'cpu-profile', 'heap'].map((layer) => ({
        question: profilers,
        subject,
        labels: { 'pitwall.sdk.layer': layer },
        blocks: steady(1, span),
      })),
    ],
    span,
  )
const settings = parseSettings()
const judge = (...given: Parameters<typeof evidence>): Answer | undefined => rule.evaluate(evidence(...given), settings)[0]
const costly = { one: steady(0.4, span), two: steady(0.4, span) }

describe('telemetry-cost', () => {
  it('predicts all that the costliest profiler takes, and lists those that stay', () => {
    const answer = judge(costly, { allocation: steady(0.6, span), heap: steady(0.2, span) })
    expect(answer).toMatchObject({ kind: 'finding', change: { layer: 'allocation' } })
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.06, 9)
    expect(answer?.kind === 'finding' ? answer.example : '').toContain('PITWALL_PROFILERS=cpu-profile,heap\n')
  })

  it('switches the CPU profile off by its own variable, so that nothing else changes', () => {
    const answer = judge(costly, { 'cpu-profile': steady(0.6, span) })
    expect(answer?.kind === 'finding' ? answer.example : '').toContain('PITWALL_CPU_PROFILE=false')
  })

  it('counts three quarters of exports that are made four times less often', () => {
    const answer = judge(costly, { export: steady(0.6, span), allocation: steady(0.2, span) })
    expect(answer).toMatchObject({ change: { layer: 'export' } })
    expect(answer?.kind === 'finding' ? answer.saving.likely : 0).toBeCloseTo(0.045, 9)
  })

  it('does not advise to leave out what cannot be left out', () => {
    expect(judge(costly, { calls: steady(0.8, span) })?.kind).toBe('notAdvised')
  })

  it('is silent about a fleet within its budget, however large, and about one process of fifty', () => {
    const fleet = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`p${index}`, steady(0.08, span)]))
    const layers = { allocation: steady(4, span) }
    expect(judge(fleet, layers)?.kind).toBe('notAdvised')
    expect(judge({ ...fleet, bad: steady(3, span) }, layers)).toMatchObject({ reason: expect.stringContaining('one of 51 processes') })
  })

  it('sees the change when the layer takes less than half, while the processes run', () => {
    const proposal = { subject, createdAt: 20, saving: { unit: 's/s', lower: 0.03, likely: 0.06, upper: 0.08 } } as const
    const gone: Blocks = [0.6, 0.6, 0.6, 0, 0, undefined]
    expect(rule.appliedAt(evidence(costly, { allocation: gone }), proposal)).toBe(30)
    const over: Blocks = [0.4, 0.4, 0.4, undefined, undefined, undefined]
    expect(rule.appliedAt(evidence({ one: over }, { allocation: gone }), proposal), 'nothing runs').toBeUndefined()
    expect(rule.appliedAt(evidence(costly, { allocation: steady(0.6, span) }), proposal)).toBeUndefined()
  })

  it('costs what telemetry takes in a second of a process', () => {
    const { spent, requests } = rule.cost(evidence(costly, {}), subject)
    expect([spent[0], requests[0]]).toEqual([0.8, 20])
  })
})
