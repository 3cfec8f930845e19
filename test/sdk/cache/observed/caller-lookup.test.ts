import { expect, it } from 'vitest'
import { CallerLookup, LOOKS_PER_SECOND } from '../../../../sdk/src/cache/observed/caller-lookup.ts'
import { ManualClock } from '../../../support/clock.ts'

it('looks so often a second and no more, and as often again in the next', () => {
  const clock = new ManualClock(0)
  const site = { file: 'src/flights.ts', line: 12 }
  const lookup = new CallerLookup(clock, () => site)
  const found = () => Array.from({ length: LOOKS_PER_SECOND + 1 }, () => lookup.look()?.site)
  const allowed = Array.from({ length: LOOKS_PER_SECOND }, () => site)
  expect(found()).toEqual([...allowed, undefined])
  clock.advance(999)
  expect(lookup.look()).toBeUndefined()
  clock.advance(1)
  expect(found()).toEqual([...allowed, undefined])
})

it('tells a place that cannot be told from one that was not looked for', () => {
  expect(new CallerLookup(new ManualClock(), () => undefined).look()).toEqual({ site: undefined })
})
