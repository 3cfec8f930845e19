import { OptionError } from '../errors.ts'

/** Most entries that one cache may be told to hold: lru-cache sets its arrays up at once, 2^24 of them take 400 MB. */
const LIMIT = 2 ** 24

/** The bound itself when it can be one. @throws OptionError when it cannot. */
export function checkMaxEntries(maxEntries: number): number {
  if (Number.isInteger(maxEntries) && maxEntries >= 1 && maxEntries <= LIMIT) return maxEntries
  throw new OptionError('maxEntries', maxEntries, `a whole number from 1 to ${LIMIT}`)
}
