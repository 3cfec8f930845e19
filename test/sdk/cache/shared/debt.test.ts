import { describe, expect, it } from 'vitest'
import { hashString } from '../../../../sdk/src/sampling/hash.ts'
import { Debt, owed, type Owed } from '../../../../sdk/src/cache/shared/debt.ts'

const invalidation = (): Owed => owed(0, undefined)
const setting = (): Owed => owed(0, { value: 1, freshMs: 1, servedMs: 1, loadMs: 0, tags: ['city'] })

describe('Debt', () => {
  it('covers a key until its change is confirmed', () => {
    const debt = new Debt()
    expect([debt.covers('a'), debt.isEmpty]).toEqual([false, true])
    const change = invalidation()
    debt.owe('a', change)
    expect([debt.covers('a'), debt.covers('b'), debt.isEmpty]).toEqual([true, false, false])
    debt.settle('a', change)
    expect([debt.covers('a'), debt.isEmpty]).toEqual([false, true])
  })

  it('is not settled by the confirmation of an older change', () => {
    const debt = new Debt()
    const older = invalidation()
    debt.owe('a', older)
    debt.owe('a', setting())
    debt.settle('a', older)
    expect(debt.covers('a')).toBe(true)
    expect(debt.of('a')?.value?.value).toBe(1)
  })

  it('covers what has a tag that is to be invalidated, whatever its key', () => {
    const debt = new Debt()
    debt.oweTag('city')
    expect([debt.covers('a', ['city']), debt.covers('a', ['country']), debt.covers('a')]).toEqual([true, false, false])
    for (const change of debt.tags()) debt.settleTag(...change)
    expect(debt.isEmpty).toBe(true)
  })

  it('covers everything while all is to be removed, and nothing after; changes before that are done with it', () => {
    const debt = new Debt()
    debt.owe('a', setting())
    debt.oweAll()
    expect([debt.covers('a'), debt.covers('b'), debt.of('a')]).toEqual([true, true, undefined])
    const change = debt.all
    debt.oweAll()
    if (change !== undefined) debt.settleAll(change)
    expect(debt.covers('a')).toBe(true)
    if (debt.all !== undefined) debt.settleAll(debt.all)
    expect(debt.isEmpty).toBe(true)
  })

  it('remembers ten thousand keys, and beyond them trusts nothing rather than growing', () => {
    const debt = new Debt()
    for (let key = 0; key <= 10_000; key++) debt.owe(String(key), invalidation())
    expect(debt.all).toBeDefined()
    expect([debt.of('5'), debt.covers('5')]).toEqual([undefined, true])
  })

  it('remembers a thousand values; of older ones only that they are outdated', () => {
    const debt = new Debt()
    for (let key = 0; key < 1_001; key++) debt.owe(String(key), setting())
    expect([debt.of('0')?.value, debt.covers('0')]).toEqual([undefined, true])
    expect(debt.of('1')?.value).toBeDefined()
  })

  it('does not store any more what was set before others changed it, or before it was invalidated with others', () => {
    for (const outdate of [
      (debt: Debt) => debt.outdateHash(hashString('a')),
      (debt: Debt) => debt.outdateTag('city'),
      (debt: Debt) => debt.oweTag('city'),
      (debt: Debt) => debt.outdateAll(),
    ]) {
      const debt = new Debt()
      const change = setting()
      debt.owe('a', change)
      outdate(debt)
      expect([debt.of('a')?.value, debt.covers('a')]).toEqual([undefined, true])
      debt.settle('a', change)
      expect(debt.covers('a'), 'that it was stored settles nothing').toBe(true)
    }
  })
})
