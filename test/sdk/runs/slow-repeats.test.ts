import { describe, expect, it } from 'vitest'
import { SlowRepeats } from '../../../sdk/src/runs/slow-repeats.ts'
import { seeded } from '../../support/random.ts'
import { called } from './spans.ts'

/** So many calls with one of 50 arguments; whether one takes 30 times as long is for the caller to say. */
function look(isSlow: (argument: number, chance: number) => boolean, keys: number = 50): { afterSlow: number; slowAgain: number } {
  const random = seeded(7)
  const repeats = new SlowRepeats()
  const sum = { afterSlow: 0, slowAgain: 0 }
  for (let call = 0; call < 5_000; call++) {
    const argumentsHash = Math.floor(random() * keys)
    const seconds = (0.04 + 0.02 * random()) * (isSlow(argumentsHash, random()) ? 30 : 1)
    const { afterSlow, slowAgain } = repeats.look([called('read', 0, seconds, [], { argumentsHash })])
    sum.afterSlow += afterSlow
    sum.slowAgain += slowAgain
  }
  return sum
}

describe('calls with the arguments of a slow one', () => {
  it('are slow again when it is the arguments', () => {
    const { afterSlow, slowAgain } = look((argument) => argument === 3)
    expect(afterSlow).toBeGreaterThan(50)
    expect(slowAgain / afterSlow).toBeGreaterThan(0.9)
  })

  it('are not when it is chance', () => {
    const { afterSlow, slowAgain } = look((_, chance) => chance < 0.03)
    expect(afterSlow).toBeGreaterThan(100)
    expect(slowAgain / afterSlow).toBeLessThan(0.08)
  })

  it('are none where no call is far slower than others', () => {
    expect(look(() => false)).toEqual({ afterSlow: 0, slowAgain: 0 })
  })

  it('are none where arguments never come back', () => {
    expect(look((_, chance) => chance < 0.03, 1e12)).toEqual({ afterSlow: 0, slowAgain: 0 })
  })
})
