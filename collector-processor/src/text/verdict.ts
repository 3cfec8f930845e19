import type { Recommendation } from '../recommendation/recommendation.ts'
import { formatAmount } from './numbers.ts'

/** Where a recommendation stands, in words: what was measured beside what was predicted, or what it waits for. */
export function verdictText({ state, saving, actual }: Pick<Recommendation, 'state' | 'saving' | 'actual'>): string {
  if (actual !== undefined) return `measured ${formatAmount(actual, saving.unit)}, ${place(actual, saving)}`
  if (state === 'applied') return 'being measured'
  if (state === 'stale') return 'no longer seen'
  return 'not applied yet'
}

function place(actual: number, { lower, upper }: Recommendation['saving']): string {
  if (actual < lower) return 'less than predicted'
  return actual > upper ? 'more than predicted' : 'as predicted'
}
