import { atMost, type Goal, goal } from '../benchmark.ts'
import { meanError, type Prediction, rankCorrelation } from './score.ts'

/** What was advised, and what there was to advise. */
export interface Advised {
  /** Recommendations, of which `predictions` has the right ones. */
  readonly advised: number
  /** Problems that there are. */
  readonly truths: number
  readonly predictions: readonly Prediction[]
}

/** What advice has to be, whatever it is about: right, complete, and true in what it promises. */
export function adviceGoals({ advised, truths, predictions }: Advised): Goal[] {
  return [
    atLeast(97, 'precision', 'recommendations that are right', predictions.length / advised),
    atLeast(95, 'recall', 'problems that are found', predictions.length / truths),
    atMost(15, '%', { id: 'error', what: 'mean relative error of the predicted saving', figure: percent(meanError(predictions)) }),
    atLeast(95, 'ranks', 'rank correlation of predicted and true savings (Spearman)', rankCorrelation(predictions)),
  ]
}

/** A share that is to be no smaller than a limit in percent. */
export function atLeast(limit: number, id: string, what: string, share: number): Goal {
  return goal({ id, what, unit: '%', figure: percent(share), limit, comparator: '>=' })
}

/** A share in percent, to four digits. */
export function percent(share: number): number {
  return Number((100 * share).toPrecision(4))
}
