import { describe, expect, it } from 'vitest'
import { Choice } from '../../../../../sdk/src/cache/memory/slots/choice.ts'

const SIZE = 100
/** Bits of candidates that hit. */
const [none, first, second, both] = [0b00, 0b01, 0b10, 0b11]

/** How many times in a row a choice has to be shown the same hits until it changes. */
function requestsUntilChange(choice: Choice, hits: number): number {
  for (let requests = 1; requests <= 1_000; requests++) if (choice.changes(hits, SIZE)) return requests
  throw new Error('It did not change within 1,000 requests.')
}

describe('the choice', () => {
  it('begins with the first candidate, and stays with it while all do the same', () => {
    const choice = new Choice(2)
    for (let request = 0; request < 10_000; request++) expect(choice.changes(request % 3 === 0 ? none : both, SIZE)).toBe(false)
    expect(choice.current).toBe(0)
  })

  it('changes to a candidate that hits more, after a lead that grows with what the caches hold', () => {
    expect(requestsUntilChange(new Choice(2), second)).toBe(15)
    const large = new Choice(2)
    for (let request = 0; request < 40; request++) expect(large.changes(second, 1_000)).toBe(false)
  })

  it('does not change for a candidate that is ahead now and behind then', () => {
    const choice = new Choice(2)
    for (let request = 0; request < 10_000; request++) expect(choice.changes(request % 20 < 10 ? second : first, SIZE)).toBe(false)
  })

  it('does not hold against a candidate what it missed long ago', () => {
    const choice = new Choice(2)
    for (let request = 0; request < 10_000; request++) choice.changes(first, SIZE)
    expect(requestsUntilChange(choice, second)).toBe(15)
  })

  it('takes the one that leads by most', () => {
    const choice = new Choice(3)
    for (let request = 0; request < 14; request++) choice.changes(0b110, SIZE)
    expect(choice.changes(0b100, SIZE)).toBe(true)
    expect(choice.current).toBe(2)
  })

  it('leaves the first candidate ever less readily when they take turns, and comes back to it as readily as ever', () => {
    const choice = new Choice(2)
    const turns = Array.from({ length: 6 }, (_, turn) => requestsUntilChange(choice, turn % 2 === 0 ? second : first))
    expect(turns).toEqual([15, 15, 57, 15, 57, 15])
  })

  it('is as ready as at first when it was calm for long', () => {
    const choice = new Choice(2)
    requestsUntilChange(choice, second)
    requestsUntilChange(choice, first)
    for (let request = 0; request < 300 * SIZE; request++) choice.changes(both, SIZE)
    expect(requestsUntilChange(choice, second)).toBe(15)
  })
})
