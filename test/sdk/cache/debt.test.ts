import { describe, expect, it } from 'vitest'
import { Debt, type Owed } from '../../../sdk/src/cache/debt.ts'

const invalidation = (): Owed => ({ at: 0, value: undefined })
const setting = (): Owed => ({ at: 0, value: { value: 1, freshMs: 1, servedMs: 1, loadMs: 0, tags: [] } })

describe('Debt', () => {
  it('covers a key until its change is confirmed', () => {
    const debt = new Debt()
    expect([debt.covers('a'), debt.isEmpty]).toEqual([false, true])
    const owed = invalidation()
    debt.owe('a', owed)
    expect([debt.covers('a'), debt.covers('b'), debt.isEmpty]).toEqual([true, false, false])
    debt.settle('a', owed)
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
    for (const owed of debt.tags()) debt.settleTag(...owed)
    expect(debt.isEmpty).toBe(true)
  })

  it('covers everything while all is to be removed, and nothing after; changes before that are done with it', () => {
    const debt = new Debt()
    debt.owe('a', setting())
    debt.oweAll()
    expect([debt.covers('a'), debt.covers('b'), debt.of('a')]).toEqual([true, true, undefined])
    const owed = debt.all
    debt.oweAll()
    if (owed !== undefined) debt.settleAll(owed)
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
})
