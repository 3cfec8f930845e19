import { expect, it } from 'vitest'
import { nearestName } from '../../../collector-processor/src/text/nearest-name.ts'

it('finds the name that was meant', () => {
  expect(nearestName('exrp', ['id', 'expr', 'effort'])).toBe('expr')
})

it('does not guess where nothing is near', () => {
  expect(nearestName('colour', ['id', 'expr'])).toBeUndefined()
  expect(nearestName('x', [])).toBeUndefined()
})
