import { describe, expect, it } from 'vitest'
import { errorType } from '../../../sdk/src/telemetry/error-type.ts'

describe('the type of an error', () => {
  it('is its name', () => {
    expect(errorType(new RangeError('no'))).toBe('RangeError')
  })

  it.each<[what: string, error: unknown]>([
    ['a text', 'no'],
    ['an error whose name is no text', Object.assign(new Error('no'), { name: Symbol('no') })],
    ['an error without a name', Object.assign(new Error('no'), { name: '' })],
    ['undefined', undefined],
  ])('is _OTHER for %s', (_what, error) => {
    expect(errorType(error)).toBe('_OTHER')
  })

  it('is cut where somebody puts the message into the name', () => {
    expect(errorType(Object.assign(new Error('no'), { name: 'x'.repeat(10_000) }))).toHaveLength(128)
  })
})
