import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cacheHits, replayGain, replayRuns, type SpanTree } from '../../../collector-processor/src/prediction/replay.ts'
import { seeded } from '../../support/random.ts'
import { names, randomProgram, run } from './agent-program.ts'

const seeds = fc.integer({ min: 1, max: 1e9 })
const name = fc.constantFrom(...names)
const never = (): undefined => undefined
const chance = (): number => expect.fail('chance was asked')

const recorded = (seed: number): SpanTree => run(randomProgram(seeded(seed), 3), never)
const seconds = (span: SpanTree): number => span.end - span.start
const span = (start: number, end: number, called = 'call', children: readonly SpanTree[] = []): SpanTree => ({
  name: called,
  start,
  end,
  children,
})

describe('a run that is replayed', () => {
  it('ends when a program that is changed so ends: every call takes other seconds', () => {
    fc.assert(
      fc.property(seeds, name, fc.integer({ min: 0, max: 30 }), (seed, changed, takes) => {
        const program = randomProgram(seeded(seed), 3)
        const before = run(program, never)
        const after = run(program, (called) => (called === changed ? takes : undefined))
        const gain = replayGain(before, { duration: (call) => (call.name === changed ? takes : undefined) }, chance)
        expect(gain).toBeCloseTo(seconds(before) - seconds(after), 9)
      }),
    )
  })

  it('gains exactly nothing from no change', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const noisy = (call: SpanTree): SpanTree => ({
          ...call,
          start: call.start / 7,
          end: call.end / 7,
          children: call.children.map(noisy),
        })
        const tree = noisy(recorded(seed))
        expect(replayGain(tree, {}, chance)).toBe(0)
        expect(replayGain(tree, cacheHits('search', 0, 0), seeded(1))).toBe(0)
        expect(replayGain(tree, { parallel: () => false }, chance)).toBe(0)
        expect(replayGain(tree, { duration: (call) => (call.children.length === 0 ? seconds(call) : undefined) }, chance)).toBe(0)
      }),
    )
  })

  it('never gains more than it took, and never less than nothing when calls become quicker', () => {
    fc.assert(
      fc.property(seeds, name, fc.double({ min: 0, max: 1, noNaN: true }), (seed, changed, probability) => {
        const tree = recorded(seed)
        const gain = replayGain(tree, cacheHits(changed, probability, 0), seeded(seed + 1))
        expect(gain).toBeGreaterThanOrEqual(0)
        expect(gain).toBeLessThanOrEqual(seconds(tree))
        expect(replayGain(tree, { duration: () => -5 }, chance)).toBe(seconds(tree))
        const together = replayGain(tree, { parallel: () => true }, chance)
        expect(together).toBeGreaterThanOrEqual(0)
        expect(together).toBeLessThanOrEqual(seconds(tree))
      }),
    )
  })

  it('stays within these bounds for spans that overlap, outlive their parents or come before them', () => {
    const { tree } = fc.letrec<{ tree: SpanTree }>((tie) => ({
      tree: fc
        .record({
          name,
          start: fc.double({ min: 0, max: 20, noNaN: true }),
          length: fc.double({ min: 0, max: 20, noNaN: true }),
          children: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constant([]), fc.array(tie('tree'), { maxLength: 6 })),
        })
        .map(({ length, ...rest }) => ({ ...rest, end: rest.start + length })),
    }))
    fc.assert(
      fc.property(tree, name, (messy, changed) => {
        expect(replayGain(messy, {}, chance)).toBe(0)
        for (const change of [cacheHits(changed, 1, 0), { parallel: (call: SpanTree) => call.name === changed }]) {
          const gain = replayGain(messy, change, seeded(1))
          expect(gain).toBeGreaterThanOrEqual(-1e-9)
          expect(gain).toBeLessThanOrEqual(seconds(messy))
        }
      }),
    )
  })

  it('gains nothing from a call beside a longer one', () => {
    const tree = span(0, 12, 'run', [span(1, 10, 'slow'), span(1, 6, 'quick'), span(11, 12, 'next')])
    expect(replayGain(tree, cacheHits('quick', 1, 0), seeded(1))).toBe(0)
    expect(replayGain(tree, cacheHits('slow', 1, 0), seeded(1))).toBe(4)
  })

  it('gains nothing from a call that outlives it, nor from own time', () => {
    expect(replayGain(span(0, 5, 'run', [span(1, 9, 'later'), span(1, 2)]), cacheHits('later', 1, 0), seeded(1))).toBe(0)
    expect(replayGain(span(0, 9, 'run', [span(4, 5)]), cacheHits('call', 1, 0), seeded(1))).toBe(1)
  })

  it('loses when the change is slower than what it replaces', () => {
    expect(replayGain(span(0, 3, 'run', [span(1, 2)]), cacheHits('call', 1, 5), seeded(1))).toBe(-4)
  })
})

describe('calls that would be started together', () => {
  const parallel = (call: SpanTree): boolean => call.name === 'call'

  it('take as long as the longest, and the time between them', () => {
    const tree = span(0, 31, 'run', [span(0, 10), span(10, 15), span(17, 30)])
    expect(replayGain(tree, { parallel }, chance)).toBe(15)
    expect(replayGain(span(0, 20, 'run', [span(0, 10), span(10, 20)]), { parallel }, chance)).toBe(10)
  })

  it('are what a program with one fan-out takes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }), (durations) => {
        const call = (lastSeconds: number) => ({ name: 'call', steps: [], lastSeconds })
        const work = { name: 'run', lastSeconds: 3 }
        const before = run({ ...work, steps: durations.map((duration) => ({ ownSeconds: 0, calls: [call(duration)] })) }, never)
        const after = run({ ...work, steps: [{ ownSeconds: 0, calls: durations.map(call) }] }, never)
        expect(replayGain(before, { parallel }, chance)).toBe(seconds(before) - seconds(after))
      }),
    )
  })

  it('gain nothing when there is one, or when they ran at once already', () => {
    expect(replayGain(span(0, 9, 'run', [span(1, 8)]), { parallel }, chance)).toBe(0)
    expect(replayGain(span(0, 9, 'run', [span(1, 8), span(1, 7)]), { parallel }, chance)).toBe(0)
  })

  it('are not brought before another call that stands between them', () => {
    expect(replayGain(span(0, 9, 'run', [span(0, 3), span(3, 6, 'other'), span(6, 9)]), { parallel }, chance)).toBe(0)
  })
})

describe('many runs replayed', () => {
  const runs = Array.from({ length: 30 }, (_, index) => recorded(index + 1))

  it('gain what as many programs do whose calls hit as often', () => {
    const [truth, rounds] = [seeded(5), 100]
    let saved = 0
    for (let index = 0; index < runs.length; index++) {
      const program = randomProgram(seeded(index + 1), 3)
      const before = seconds(run(program, never))
      for (let round = 0; round < rounds; round++)
        saved += before - seconds(run(program, (called) => (called === 'search' && truth() < 0.6 ? 0 : undefined)))
    }
    const likely = replayRuns(runs, cacheHits('search', 0.6, 0), { rounds, random: seeded(9) })?.likely ?? NaN
    const whole = runs.reduce((sum, tree) => sum + seconds(tree), 0) / runs.length
    expect(Math.abs(likely - saved / (runs.length * rounds)) / whole).toBeLessThan(0.005)
  })

  it('give the same answer for the same chance', () => {
    const replayed = () => replayRuns(runs, cacheHits('plan', 0.5, 1), { rounds: 3, random: seeded(2) })
    expect(replayed()).toEqual(replayed())
  })

  it('gain nothing, without doubt, from no change', () => {
    expect(replayRuns(runs, {}, { rounds: 5, random: chance })).toEqual({ lower: 0, likely: 0, upper: 0 })
  })

  it('are not judged by a single one', () => {
    expect(replayRuns(runs.slice(0, 1), {}, { rounds: 5, random: chance })).toBeUndefined()
    expect(replayRuns([], {}, { rounds: 5, random: chance })).toBeUndefined()
  })
})
