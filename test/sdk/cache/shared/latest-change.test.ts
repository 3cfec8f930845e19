import { describe, expect, it } from 'vitest'
import { LatestChange } from '../../../../sdk/src/cache/shared/latest-change.ts'

describe('LatestChange', () => {
  it('tells the last change of a key from those before it', () => {
    const latest = new LatestChange()
    const [first, other] = [latest.begin('a'), latest.begin('b')]
    const second = latest.begin('a')
    expect([first(), second(), other()]).toEqual([false, true, true])
  })

  it('is overtaken by a change that needs no steps', () => {
    const latest = new LatestChange()
    const change = latest.begin('a')
    latest.supersede('a')
    expect(change()).toBe(false)
  })
})
