import { formatShare } from '../text/numbers.ts'
import type { Past } from './history.ts'

/** How far a rule's earlier predictions were off, as a sentence for its next claim; undefined without a verdict so far. */
export function trackRecord(rule: string, past: Iterable<Past>): string | undefined {
  const errors = [...past].flatMap(({ labels, actual, appliedAt, savingUntil }) => {
    if (labels['rule'] !== rule || actual === undefined || appliedAt === undefined) return []
    const { likely } = savingUntil(appliedAt)
    return likely > 0 ? [Math.abs(actual - likely) / likely] : []
  })
  const median = errors.toSorted((a, b) => a - b)[Math.floor(errors.length / 2)]
  if (median === undefined) return undefined
  const predictions = errors.length === 1 ? 'The one earlier prediction' : `The ${errors.length} earlier predictions`
  return `${predictions} of this rule that could be checked ${errors.length === 1 ? 'was' : 'were'} off by ${formatShare(median)}${errors.length === 1 ? '' : ' in the median'}.`
}
