import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replayGain, type SpanTree } from '../../../collector-processor/src/prediction/replay.ts'
import { timeSaved } from '../../../sdk/src/runs/replay.ts'
import type { RunSpan } from '../../../sdk/src/runs/run-span.ts'
import { names, randomProgram, run } from '../../collector-processor/prediction/agent-program.ts'
import { seeded } from '../../support/random.ts'
import { called, inOrder } from './spans.ts'

/** A recorded run of any shape. */
const anyRun = fc.integer({ min: 1, max: 1e9 }).map((seed) => run(randomProgram(seeded(seed), 3), () => undefined))

const asRun = ({ name, start, end, children }: SpanTree): RunSpan => called(name, start, end, inOrder(children.map(asRun)))

describe('the time that a run would save', () => {
  it('is what the optimizer predicts for the same change', () => {
    fc.assert(
      fc.property(anyRun, fc.constantFrom(...names), (tree, name) => {
        const change = (span: { readonly name: string }) => (span.name === name ? 0 : undefined)
        expect(timeSaved(asRun(tree), { duration: change })).toBeCloseTo(
          replayGain(tree, { duration: change }, () => 0),
          9,
        )
      }),
    )
  })

  it('is none without a change', () => {
    fc.assert(fc.property(anyRun, (tree) => timeSaved(asRun(tree), {}) === 0))
  })

  it('is that of all but one of four calls which no longer wait for each other', () => {
    const calls = [called('read', 0, 1), called('read', 1.25, 2.25), called('read', 2.5, 3.5), called('read', 3.75, 4.75)]
    // What the parent does between them it still does: each begins a quarter of a second after the one before.
    expect(timeSaved(called('run', 0, 5, calls), { chains: [calls] })).toBe(3)
  })

  it('has no more than four of them at a time', () => {
    const calls = Array.from({ length: 8 }, (_, index) => called('read', index, index + 1))
    expect(timeSaved(called('run', 0, 8, calls), { chains: [calls] })).toBe(6)
  })

  it('is none where other work takes as long', () => {
    const calls = [called('read', 0, 1), called('read', 1, 2)]
    expect(timeSaved(called('run', 0, 2, inOrder([...calls, called('other', 0, 2)])), { chains: [calls] })).toBe(0)
  })

  it('is counted for what came after as well, which begins earlier', () => {
    const calls = [called('read', 0, 1), called('read', 1, 2)]
    const write = called('write', 2, 3)
    expect(timeSaved(called('run', 0, 3, [...calls, write]), { chains: [calls] })).toBe(1)
  })

  it('ends in time for a thousand calls in a row', () => {
    const calls = Array.from({ length: 1_000 }, (_, index) => called('read', index, index + 1))
    expect(timeSaved(called('run', 0, 1_000, calls), { chains: [calls] })).toBe(750)
  })
})
