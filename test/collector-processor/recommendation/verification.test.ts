import { describe, expect, it } from 'vitest'
import type { Span } from '../../../collector-processor/src/prometheus/evidence.ts'
import type { Cost } from '../../../collector-processor/src/rules/rule.ts'
import { type Measurement, type Verdict, verify } from '../../../collector-processor/src/recommendation/verification.ts'

/** The change is made at 60; a window is six blocks of ten seconds. */
const span: Span = { end: 150, blockSeconds: 10, blocks: 15, windowBlocks: 6 }
const predicted = { unit: 's/s', lower: 0.7, likely: 0.8, upper: 0.9 } as const

/** 20 requests a second in each block, of which each costs so much before and after the change. */
function cost(before: number, after: number, { blocks = span.blocks, noise = 0 } = {}): Cost {
  const requests = Array.from({ length: span.blocks }, (_, index) => (index < blocks ? 200 : undefined))
  const spent = requests.map((count, index) =>
    count === undefined ? undefined : count * (index < 6 ? before : after) * (1 + (index % 2 === 0 ? noise : -noise)),
  )
  return { spent, requests }
}

function verdict(changes: Partial<Measurement>): Verdict {
  return verify({ predicted, appliedAt: 60, cost: cost(0.05, 0.01), controls: [], span, minRequests: 100, ...changes })
}

describe('verification', () => {
  it('confirms a saving inside the interval, at the request rate of before', () => {
    const confirmed = verdict({})
    expect(confirmed.kind).toBe('verified')
    expect(confirmed.kind === 'waiting' ? 0 : confirmed.actual.likely).toBeCloseTo(20 * 0.04, 9)
  })

  it('says what a request cost in dollars, where dollars are saved', () => {
    const dollars = verdict({ predicted: { unit: 'usd/h', lower: 70, likely: 80, upper: 90 }, cost: cost(0.05 * 3_600, 0.046 * 3_600) })
    expect(dollars.kind === 'waiting' ? [] : dollars.evidence).toContainEqual(
      'A request cost 0.05 dollars before the change and 0.046 dollars after it, at 20 of them a second.',
    )
  })

  it('does not take a change of the request rate for a saving', () => {
    const twice = cost(0.05, 0.01)
    const requests = twice.requests.map((count, index) => (count ?? 0) * (index < 6 ? 1 : 2))
    const spent = twice.spent.map((seconds, index) => (seconds ?? 0) * (index < 6 ? 1 : 2))
    const confirmed = verdict({ cost: { spent, requests } })
    expect(confirmed.kind === 'waiting' ? 0 : confirmed.actual.likely).toBeCloseTo(0.8, 9)
  })

  it('takes out what happened to functions that nobody changed', () => {
    // The host became 25 % slower: the subject's loads too.
    const slower = verdict({ cost: cost(0.05, 0.0125), controls: [cost(0.04, 0.05), cost(0.02, 0.025), cost(0.1, 0.125)] })
    expect(slower.kind === 'waiting' ? 0 : slower.actual.likely).toBeCloseTo(0.8, 9)
  })

  it('asks no function that is far cheaper than the subject, or may call it', () => {
    const unlike = verdict({ controls: [cost(0.000_01, 0.000_02), cost(0.000_02, 0.000_04), cost(2, 0.4), cost(1, 0.2)] })
    expect(unlike.kind === 'waiting' ? 0 : unlike.actual.likely).toBeCloseTo(0.8, 9)
  })

  it('does not blame the surroundings for what one other function did', () => {
    const alone = verdict({ controls: [cost(0.05, 0.1)] })
    expect(alone.kind === 'waiting' ? 0 : alone.actual.likely).toBeCloseTo(0.8, 9)
  })

  it('waits for half a window and enough requests after the warm-up', () => {
    expect(verdict({ cost: cost(0.05, 0.01, { blocks: 11 }) }).kind).toBe('waiting')
    expect(verdict({ cost: cost(0.05, 0.01, { blocks: 12 }) }).kind).toBe('verified')
    expect(verdict({ minRequests: 5_000 }).kind).toBe('waiting')
  })

  it('does not count the blocks in which the cache gets warm', () => {
    const cold = cost(0.05, 0.01)
    const spent = cold.spent.map((seconds, index) => (index >= 6 && index <= 8 ? 10 : seconds))
    expect(verdict({ cost: { ...cold, spent } }).kind).toBe('verified')
  })

  it('refutes a saving outside the interval, but only after a whole window', () => {
    expect(verdict({ cost: cost(0.05, 0.04) }).kind).toBe('refuted')
    expect(verdict({ cost: cost(0.05, 0.04, { blocks: 14 }) }).kind).toBe('waiting')
    expect(verdict({ cost: cost(0.05, 0.06) }).kind).toBe('refuted')
  })

  it('refutes a prediction that promised far too little, too', () => {
    expect(verdict({ predicted: { unit: 's/s', lower: 0.1, likely: 0.2, upper: 0.3 } }).kind).toBe('refuted')
  })

  it('gives a measurement that varies the benefit of its own interval', () => {
    expect(verdict({ cost: cost(0.05, 0.02, { noise: 0.5 }) }).kind).toBe('verified')
    expect(verdict({ cost: cost(0.05, 0.02) }).kind).toBe('refuted')
  })

  it('does not take an hour that was bad by chance for the usual cost', () => {
    // Two windows before the change: mostly 10 ms a request, in the last of them by a few slow ones 14 ms.
    const longer: Span = { end: 210, blockSeconds: 10, blocks: 21, windowBlocks: 6 }
    const perBlock = [
      0.008,
      0.012,
      0.009,
      0.011,
      0.008,
      0.012,
      0.008,
      0.026,
      0.009,
      0.024,
      0.008,
      0.009,
      ...Array.from({ length: 9 }, () => 0.01),
    ]
    const requests = perBlock.map(() => 200)
    const measured = verdict({
      span: longer,
      appliedAt: 120,
      cost: { spent: perBlock.map((seconds) => seconds * 200), requests },
      predicted: { unit: 's/s', lower: 0.06, likely: 0.08, upper: 0.1 },
    })
    expect(measured.kind === 'waiting' ? 1 : measured.actual.likely).toBeLessThan(0.04)
  })

  it('does not take the time of day for a saving, where the day before shows it', () => {
    const evening = cost(0.05, 0.025)
    const saved = (changes: Partial<Measurement>): number => {
      const measured = verdict({ appliedAt: 100_060, span: { ...span, end: 100_150 }, ...changes })
      return measured.kind === 'waiting' ? Number.NaN : measured.actual.likely
    }
    expect(saved({ cost: evening })).toBeCloseTo(0.5, 9)
    expect(saved({ cost: { ...evening, dayBefore: cost(0.04, 0.02) } })).toBeCloseTo(0, 9)
    expect(saved({ cost: { ...evening, dayBefore: cost(0.04, 0.04) } }), 'no cycle').toBeCloseTo(0.5, 9)
    expect(saved({ cost: { ...evening, dayBefore: cost(0.04, 0.03, { noise: 0.9 }) } }), 'a cycle that is not certain').toBeCloseTo(0.5, 9)
    expect(saved({ cost: { ...evening, dayBefore: cost(0.04, 0.02, { blocks: 6 }) } }), 'too little of that day').toBeCloseTo(0.5, 9)
  })

  it('does not correct twice for a cycle that the controls have as well', () => {
    const control = { ...cost(0.04, 0.02), dayBefore: cost(0.04, 0.02) }
    const measured = verdict({
      appliedAt: 100_060,
      span: { ...span, end: 100_150 },
      cost: { ...cost(0.05, 0.005), dayBefore: cost(0.05, 0.025) },
      controls: [control, control, control],
      predicted: { unit: 's/s', lower: 0.3, likely: 0.4, upper: 0.5 },
    })
    expect(measured.kind === 'waiting' ? 0 : measured.actual.likely).toBeCloseTo(20 * (0.025 - 0.005), 9)
    expect(measured.kind === 'waiting' ? '' : measured.evidence.join(' ')).toContain(
      'At the same hours of the day before it changed to 50 % by itself',
    )
  })

  it('asks no day before that lies after the change', () => {
    const late = { ...cost(0.05, 0.01), dayBefore: cost(0.01, 0.05) }
    const long: Span = { end: 400_000, blockSeconds: 20_000, blocks: 15, windowBlocks: 6 }
    const measured = verdict({ span: long, appliedAt: 220_000, cost: late })
    expect(measured.kind).not.toBe('waiting')
    expect(measured.kind === 'waiting' ? [] : measured.evidence).toContain('Nothing was corrected for.')
  })
})
