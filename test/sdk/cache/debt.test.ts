import { describe, expect, it } from 'vitest'
import { Debt } from '../../../sdk/src/cache/debt.ts'

describe('Debt', () => {
  it('covers a key until its deletion is confirmed', () => {
    const debt = new Debt()
    expect(debt.covers('a')).toBe(false)
    debt.oweDelete('a')
    expect([debt.covers('a'), debt.covers('b')]).toEqual([true, false])
    debt.settleDelete('a', debt.ticketOf('a'))
    expect(debt.covers('a')).toBe(false)
  })

  it('is not settled by the confirmation of an older deletion', () => {
    const debt = new Debt()
    debt.oweDelete('a')
    const older = debt.ticketOf('a')
    debt.oweDelete('a')
    debt.settleDelete('a', older)
    expect(debt.covers('a')).toBe(true)
  })

  it('covers everything while a clear is owed, and nothing after', () => {
    const debt = new Debt()
    debt.oweClear()
    expect([debt.covers('a'), debt.covers('b')]).toEqual([true, true])
    debt.settleClear(debt.clearTicket)
    expect(debt.covers('a')).toBe(false)
  })

  it('remembers ten thousand keys, and beyond them trusts nothing rather than growing', () => {
    const debt = new Debt()
    for (let key = 0; key <= 10_000; key++) debt.oweDelete(String(key))
    expect(debt.clearTicket).toBeGreaterThan(0)
    expect(debt.ticketOf('5')).toBe(0)
    expect(debt.covers('5')).toBe(true)
  })
})
