import { type Correction, correction, uncorrected } from '../prediction/correction.ts'
import { median } from '../prediction/moments.ts'
import { formatSaving, formatShare } from '../text/numbers.ts'
import type { Past } from './history.ts'
import type { Saving } from './recommendation.ts'

/** How a rule's earlier predictions came out. */
export interface TrackRecord {
  /** What that asks of its next claim. */
  readonly correction: Correction
  /** How far off they were, as a sentence beside the next claim, which is corrected already. */
  sentence(claim: Saving): string
}

/** The record of a rule, from what the series say of earlier recommendations; undefined without a verdict so far. */
export function trackRecord(rule: string, past: Iterable<Past>): TrackRecord | undefined {
  const judged = [...past].flatMap(({ labels, actual, appliedAt, savingUntil, correctionUntil }) => {
    if (labels['rule'] !== rule || actual === undefined || appliedAt === undefined) return []
    const claim = savingUntil(appliedAt)
    return [{ claimed: claim.likely, predicted: uncorrected(claim, correctionUntil(appliedAt)), actual }]
  })
  const errors = judged.filter(({ claimed }) => claimed > 0).map(({ claimed, actual }) => Math.abs(actual - claimed) / claimed)
  if (errors.length === 0) return undefined
  const found = correction(judged)
  const predictions = errors.length === 1 ? 'The one earlier prediction' : `The ${errors.length} earlier predictions`
  const [were, inMedian] = errors.length === 1 ? ['was', ''] : ['were', ' in the median']
  const off = `${predictions} of this rule that could be checked ${were} off by ${formatShare(median(errors))}${inMedian}.`
  return { correction: found, sentence: (claim) => [off, ...consequence(found, claim)].join(' ') }
}

/** What was done about it; nothing for changes that nobody would notice. */
function consequence({ likely, width }: Correction, claim: Saving): string[] {
  const changes = [
    ...(likely < 0.995 ? [`lowered by ${formatShare(1 - likely)}`] : []),
    ...(width > 1.005 ? [`given an interval ${formatShare(width - 1)} wider`] : []),
  ]
  return changes.length === 0 ? [] : [`So this one was ${changes.join(' and ')}: ${formatSaving(claim)}.`]
}
