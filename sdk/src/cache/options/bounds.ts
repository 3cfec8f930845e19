import { OptionError } from '../../errors.ts'

/** Most entries that one cache may be told to hold: with their columns they take 1.7 GB, without keys and values. */
export const MAX_ENTRIES = 2 ** 24

/** The bound itself when it can be one. @throws OptionError when it cannot */
export function checkMaxEntries(maxEntries: number): number {
  if (Number.isInteger(maxEntries) && maxEntries >= 1 && maxEntries <= MAX_ENTRIES) return maxEntries
  throw new OptionError('maxEntries', maxEntries, `a whole number from 1 to ${MAX_ENTRIES}`)
}

/** The bound itself when it can be one. @throws OptionError when it cannot */
export function checkMaxBytes(maxBytes: number): number {
  if (typeof maxBytes === 'number' && maxBytes > 0) return maxBytes
  throw new OptionError('maxBytes', maxBytes, 'a number of bytes above 0')
}
