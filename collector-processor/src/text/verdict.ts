import type { Recommendation } from '../recommendation/recommendation.ts'
import { formatAmount } from './numbers.ts'

/** Where a recommendation stands, in words: what was measured beside what was predicted, or what it waits for. */
export function verdictText({ state, saving, actual, decision }: Pick<Recommendation, 'state' | 'saving' | 'actual' | 'decision'>): string {
  if (actual !== undefined) return `measured ${formatAmount(actual, saving.unit)}, ${place(actual, saving)}`
  if (decision !== undefined) return decisionText(state, decision)
  if (state === 'applied') return 'being measured'
  if (state === 'stale') return 'no longer seen'
  return 'not applied yet'
}

/** `dismissed by ana: prices change every minute (until 2026-12-01)`. */
export function decisionText(state: string, { by, reason, until }: NonNullable<Recommendation['decision']>): string {
  const end = until === undefined ? '' : ` (until ${new Date(until * 1_000).toISOString().slice(0, 16).replace('T', ' ')} UTC)`
  return `${state} by ${by}${reason === '' ? '' : `: ${reason}`}${end}`
}

function place(actual: number, { lower, upper }: Recommendation['saving']): string {
  if (actual < lower) return 'less than predicted'
  return actual > upper ? 'more than predicted' : 'as predicted'
}
