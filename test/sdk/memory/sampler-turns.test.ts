import { describe, expect, it } from 'vitest'
import { sampleBetweenProfiles, takeSampler } from '../../../sdk/src/memory/sampler-turns.ts'

/** What was said to a sampler, in order. */
function watched() {
  const said: string[] = []
  return { said, sampler: { begin: () => void said.push('begin'), pause: () => void said.push('pause') } }
}

describe('turns of V8’s one heap sampler', () => {
  it('are taken from what samples all the time, and given back', () => {
    const { said, sampler } = watched()
    const end = sampleBetweenProfiles(sampler)
    const giveBack = takeSampler()
    expect(said).toEqual(['begin', 'pause'])
    giveBack?.()
    end()
    expect(said).toEqual(['begin', 'pause', 'begin', 'pause'])
  })

  it('are not given to two profiles at a time, nor given back by one that has done so already', () => {
    const first = takeSampler()
    expect(takeSampler()).toBeUndefined()
    first?.()
    const second = takeSampler()
    first?.()
    expect(takeSampler()).toBeUndefined()
    second?.()
  })

  it('do not begin while a profile is taken, and not afterwards what has ended meanwhile', () => {
    const [late, ended] = [watched(), watched()]
    const giveBack = takeSampler()
    const end = sampleBetweenProfiles(late.sampler)
    sampleBetweenProfiles(ended.sampler)()
    expect(late.said).toEqual([])
    giveBack?.()
    expect(late.said).toEqual(['begin'])
    expect(ended.said).toEqual([])
    end()
  })
})
