import { describe, expect, it } from 'vitest'
import { type Patterns, patternsOf } from '../../../sdk/src/runs/patterns.ts'
import type { RunSpan } from '../../../sdk/src/runs/run-span.ts'
import { called, inOrder } from './spans.ts'

/** What is seen of `read` in a run with these calls. */
function seen(calls: readonly RunSpan[]): Patterns | undefined {
  return patternsOf(called('run', 0, 1_000, inOrder(calls))).get('read')
}

/** Calls of `read` that take a second each, one after the other. */
function inARow(count: number, more: Partial<RunSpan> = {}, pause = 0): RunSpan[] {
  return Array.from({ length: count }, (_, index) => called('read', index * (1 + pause), index * (1 + pause) + 1, [], more))
}

const sizes = (groups: readonly (readonly RunSpan[])[] | undefined) => groups?.map((group) => group.length)

describe('calls of one function, one after the other', () => {
  it('are seen', () => expect(sizes(seen(inARow(3))?.sequential)).toEqual([3]))

  it.each([
    ['with a pause between them, as a limit of their rate makes it', inARow(3, {}, 0.5)],
    ['that write, whose order may matter', inARow(3, { writes: true })],
    ['that are steps of a conversation', inARow(3, { converses: true })],
    ['of which each is another attempt', inARow(3, { hasFailed: true })],
    ['with other work between them', [called('read', 0, 1), called('think', 1, 1.05), called('read', 1.05, 2)]],
    ['that overlap', [called('read', 0, 1), called('read', 0.5, 2)]],
  ])('%s are not meant', (_, calls) => expect(seen(calls)?.sequential).toEqual([]))
})

describe('many calls under one parent', () => {
  it('are seen, one after the other or at once', () => {
    expect(sizes(seen(inARow(5))?.repeated)).toEqual([5])
    expect(sizes(seen(Array.from({ length: 6 }, () => called('read', 0, 1)))?.repeated)).toEqual([6])
  })

  it('are not four, nor five under several parents', () => {
    expect(seen(inARow(4))?.repeated).toEqual([])
    expect(seen([called('part', 0, 4, inARow(4)), ...inARow(1)])?.repeated).toEqual([])
  })

  it('are not steps with a pause between them that takes far longer', () => {
    expect(sizes(seen(inARow(5, {}, 2))?.repeated)).toEqual([5])
    expect(seen(inARow(5, {}, 4))?.repeated).toEqual([])
  })

  it('are not attempts of one call', () => {
    const attempts = [0, 1, 2, 3].map((start) => called('read', start, start + 1, [], { hasFailed: true }))
    expect(seen([...attempts, called('read', 4, 5)])?.repeated).toEqual([])
  })
})

describe('another attempt', () => {
  const failed = called('read', 0, 1, [], { hasFailed: true, argumentsHash: 1 })

  it('is a call after one that failed', () => {
    expect(sizes(seen([failed, called('read', 2, 3, [], { argumentsHash: 1 })])?.retries)).toEqual([2])
  })

  it('is not a call with other arguments, nor one that was under way', () => {
    expect(seen([failed, called('read', 2, 3, [], { argumentsHash: 2 })])?.retries).toEqual([])
    expect(seen([failed, called('read', 0.5, 3, [], { argumentsHash: 1 })])?.retries).toEqual([])
  })
})

describe('equal calls', () => {
  it('are seen wherever they are in the run', () => {
    const equal = { argumentsHash: 7 }
    expect(sizes(seen([...inARow(2, equal), called('part', 2, 3, [called('read', 2, 3, [], equal)])])?.identical)).toEqual([3])
  })

  it.each([
    ['twice', inARow(2, { argumentsHash: 7 })],
    ['with arguments that are not followed', inARow(3)],
    ['after errors', inARow(3, { argumentsHash: 7, hasFailed: true })],
    ['with something written between them', [...inARow(3, { argumentsHash: 7 }), called('store', 1.5, 1.6, [], { writes: true })]],
  ])('%s are not meant', (_, calls) => expect(seen(calls)?.identical).toEqual([]))
})
