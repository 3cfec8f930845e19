import { describe, expect, it } from 'vitest'
import { SILENT_MS } from '../../../../sdk/src/cache/redis/address.ts'
import { OwedAnswers } from '../../../../sdk/src/cache/redis/owed-answers.ts'

describe('what a server owes', () => {
  it('makes it silent when nothing has come for long, and that is said once', () => {
    const owed = new OwedAnswers()
    expect(owed.begin(0)).toBe(false)
    expect(owed.begin(SILENT_MS)).toBe(false)
    expect(owed.begin(SILENT_MS + 1)).toBe(true)
    expect(owed.begin(SILENT_MS + 2)).toBe(false)
  })

  it('does not make it silent while others of its answers come', () => {
    const owed = new OwedAnswers()
    owed.begin(0)
    for (let now = 1_000; now < 10 * SILENT_MS; now += 1_000) {
      expect(owed.begin(now)).toBe(false)
      owed.end(now)
    }
  })

  it('does not count the time in which nothing was asked for', () => {
    const owed = new OwedAnswers()
    owed.begin(0)
    owed.end(1)
    expect(owed.begin(10 * SILENT_MS)).toBe(false)
  })
})
