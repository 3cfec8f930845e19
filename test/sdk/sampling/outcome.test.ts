import { describe, expect, it } from 'vitest'
import { watchOutcome } from '../../../sdk/src/sampling/outcome.ts'

/** A promise of a class of its own, as clients of models return them. */
class Request extends Promise<number> {}

describe('watching an outcome', () => {
  it('tells it once, to whoever awaits the very same object', async () => {
    const seen: unknown[] = []
    const request = Request.resolve(1)
    expect(
      watchOutcome(
        request,
        (value) => seen.push(value),
        () => seen.push('rejected'),
      ),
    ).toBe(request)
    expect(seen).toEqual([])
    expect([await request, await request]).toEqual([1, 1])
    expect(seen).toEqual([1])
  })

  it('does not pile up on one object that is given out again and again', async () => {
    let ended = 0
    const shared = Request.resolve(1)
    for (let call = 0; call < 20_000; call++)
      watchOutcome(
        shared,
        () => ended++,
        () => ended++,
      )
    expect(await shared).toBe(1)
    expect(ended).toBe(20_000)
  })
})
