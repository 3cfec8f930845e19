import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeResults, wilson } from '../../../collector-processor/src/prediction/safety.ts'
import { writingWord } from '../../../sdk/src/contract/index.ts'

describe('the safety of caching a function', () => {
  it.each([
    'createOrder',
    'update_user',
    'bookSeat',
    'book_reservation',
    'cancel_reservation',
    'send-email',
    'db.orders.insert',
    'HTTPPost',
    'orderPizza',
    'payInvoice',
    'getOrCreateUser',
    'deleteXMLFile',
    'tools/save',
    'postMessage',
    'SEND_MAIL',
    'user:update',
    'putObject',
    'mcp__shop__order_item',
    'execute_tool book_flight',
    'tools/call pay_invoice',
  ])('%s says that it writes', (name) => {
    expect(writingWord(name)).toBeDefined()
  })

  it.each([
    'search',
    'getUserDetails',
    'listOrders',
    'find_booking',
    'searchBook',
    'embedQuery',
    'orders.list',
    'creator',
    'updatedAt',
    'postal',
    'computePayment',
    'get_post',
    'execute_tool get_weather',
    'mcp__orders__list_open',
    'call_model',
  ])('%s does not say that it writes', (name) => expect(writingWord(name)).toBeUndefined())

  it('is safe with enough equal results, and says with how many', () => {
    expect(judgeResults({ same: 500, different: 0 }, 0.01)).toEqual({
      kind: 'safe',
      evidence: '500 of 500 compared results were the same',
    })
  })

  it('has to be investigated with few results, or none', () => {
    expect(judgeResults({ same: 100, different: 0 }, 0.01).kind).toBe('investigate')
    expect(judgeResults({ same: 0, different: 0 }, 0.01).kind).toBe('investigate')
  })

  it('is unsafe when results differ', () => {
    expect(judgeResults({ same: 900, different: 100 }, 0.01).kind).toBe('unsafe')
    expect(judgeResults({ same: 0, different: 20 }, 0.01).kind).toBe('unsafe')
  })

  it('tolerates as many different results as the setting allows', () => {
    expect(judgeResults({ same: 9_800, different: 200 }, 0.05).kind).toBe('safe')
  })
})

describe("Wilson's interval", () => {
  it('holds the share, within 0 and 1, and narrows with the number', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(1_000), (successes, failures) => {
        const total = successes + failures
        const { lower, upper } = wilson(successes, total)
        expect(lower).toBeGreaterThanOrEqual(0)
        expect(upper).toBeLessThanOrEqual(1)
        if (total === 0) return
        expect(lower).toBeLessThanOrEqual(successes / total + 1e-12)
        expect(upper).toBeGreaterThanOrEqual(successes / total - 1e-12)
        const more = wilson(successes * 10, total * 10)
        expect(more.upper - more.lower).toBeLessThan(upper - lower)
      }),
    )
  })

  it('agrees with the published example: 81 of 263 gives 0.2553 to 0.3662', () => {
    const { lower, upper } = wilson(81, 263)
    expect(lower).toBeCloseTo(0.2553, 3)
    expect(upper).toBeCloseTo(0.3662, 3)
  })
})
