import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atLeast } from '../../../collector-processor/src/servers/version.ts'

describe('atLeast', () => {
  it.each([
    ['7.0.15', '7.0.0', true],
    ['6.9.9', '7.0.0', false],
    ['2.42.0', '2.42.0', true],
    ['2.5.0', '2.42.0', false],
    ['3.0.0', '2.42.0', true],
    ['0.161.0', '0.159.0', true],
  ])('%s against %s is %s', (version, minimum, expected) => {
    expect(atLeast(version, minimum)).toBe(expected)
  })

  it('agrees with comparing the parts one by one', () => {
    const version = fc.tuple(fc.nat(300), fc.nat(300), fc.nat(300))
    const order = (parts: readonly number[]): number => parts.reduce((sum, part) => sum * 1_000 + part, 0)
    fc.assert(fc.property(version, version, (a, b) => atLeast(a.join('.'), b.join('.')) === order(a) >= order(b)))
  })
})
