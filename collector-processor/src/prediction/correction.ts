import type { Estimate } from '../recommendation/recommendation.ts'
import { median } from './moments.ts'

/** A prediction as it was before any correction, and what was measured after the change. */
export interface Checked {
  readonly predicted: Estimate
  readonly actual: number
}

/** What the record of a rule does to its next claim: factors, 1 for nothing. */
export interface Correction {
  /** Of the likely value, and of the bounds with it; at most 1: a rule that promised too little is not made to promise more. */
  readonly likely: number
  /** Of the distance to each bound, beside `likely`; at least 1. */
  readonly width: number
}

export const noCorrection: Correction = { likely: 1, width: 1 }

/** With fewer verdicts the record says nothing. */
const LEAST_VERDICTS = 5

/** As many verdicts that the claims are right as are believed before there is any. */
const PRIOR = 5

/** The likely value is not lowered beyond half, nor the interval widened beyond three times. */
const [LOWEST, WIDEST] = [0.5, 3]

/** One verdict counts for no more than this many standard deviations: a change that broke something else tells little of the others. */
const MOST_DEVIATIONS = 6

/** Standard deviations of a normal error from the likely value to each bound of an interval that holds 19 times in 20. */
const HALF_WIDTH = 1.96

/**
 * What past predictions of a rule, of which one did not come out as claimed, ask of the next. The likely value is multiplied by the
 * median ratio of measured to predicted, the interval by the root mean square of how far off the predictions were in terms of their own
 * intervals; both are drawn to 1 as by five verdicts that agree, as in empirical Bayes (Robbins 1956, James and Stein 1961).
 */
export function correction(checked: readonly Checked[]): Correction {
  const usable = checked.filter(({ predicted, actual }) => predicted.likely > 0 && Number.isFinite(actual))
  const n = usable.length
  if (n < LEAST_VERDICTS) return noCorrection
  const ratio = median(usable.map(({ predicted, actual }) => actual / predicted.likely))
  const likely = Math.min(Math.max((n * ratio + PRIOR) / (n + PRIOR), LOWEST), 1)
  const squares = usable.map(({ predicted, actual }) => deviations(predicted, actual, likely) ** 2)
  const width = Math.sqrt((squares.reduce((sum, square) => sum + square, 0) + PRIOR) / (n + PRIOR))
  return { likely, width: Math.min(Math.max(width, 1), WIDEST) }
}

/** An estimate as its rule's record has it. */
export function corrected<E extends Estimate>(estimate: E, { likely: factor, width }: Correction): E {
  const likely = estimate.likely * factor
  const distance = factor * width
  return {
    ...estimate,
    lower: likely - (estimate.likely - estimate.lower) * distance,
    likely,
    upper: likely + (estimate.upper - estimate.likely) * distance,
  }
}

/** The estimate that was corrected. */
export function uncorrected<E extends Estimate>(estimate: E, { likely, width }: Correction): E {
  return corrected(corrected(estimate, { likely: 1 / likely, width: 1 }), { likely: 1, width: 1 / width })
}

/** How far off it was, in standard deviations as its interval had them, once the likely value is corrected. */
function deviations({ lower, likely, upper }: Estimate, actual: number, factor: number): number {
  const off = actual - likely * factor
  if (off === 0) return 0
  const distance = (off < 0 ? likely - lower : upper - likely) * factor
  return Math.min((HALF_WIDTH * Math.abs(off)) / distance, MOST_DEVIATIONS)
}
