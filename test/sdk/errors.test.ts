import { describe, expect, it } from 'vitest'
import { OptionError } from '../../sdk/src/errors.ts'

describe('an option error', () => {
  it.each([
    [-5, 'ttl must be positive, got -5.'],
    ['soon', "ttl must be positive, got 'soon'."],
    [undefined, 'ttl must be positive, got undefined.'],
    [{ secret: 'key' }, 'ttl must be positive, got an object.'],
    ['x'.repeat(500), `ttl must be positive, got '${'x'.repeat(59)}…'.`],
  ])('says in one sentence what is wrong with %s', (value, sentence) => {
    const error = new OptionError('ttl', value, 'positive')
    expect(error.message).toBe(sentence)
    expect(error.name).toBe('OptionError')
  })
})
