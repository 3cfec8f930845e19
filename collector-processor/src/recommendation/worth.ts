import type { Settings } from '../settings.ts'
import type { Saving } from './recommendation.ts'

/** What a saving in another unit than seconds is worth. */
export type UnitWorth = Pick<Settings, 'gibibyteWorth' | 'dollarWorth'>

const GIBIBYTE = 1024 ** 3

/**
 * The lower bound of a saving in seconds of work saved a second, so that savings in different units can be compared with each
 * other and with `minSaving`. A share (`ratio`) is one of a process's time, and counts as as many seconds a second.
 */
export function worthOf({ unit, lower }: Saving, { gibibyteWorth, dollarWorth }: UnitWorth): number {
  if (unit === 'By') return (lower / GIBIBYTE) * gibibyteWorth
  return unit === 'usd/h' ? lower * dollarWorth : lower
}
