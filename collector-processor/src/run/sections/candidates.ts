import { cache, reuse, writingWord } from '@pitwall/sdk/contract'
import { hitRatioAt, missRatioCurve, reachable, smallestReaching } from '../../prediction/miss-ratio-curve.ts'
import { judgeResults } from '../../prediction/safety.ts'
import { formatNumber, formatSeconds, formatShare } from '../../text/numbers.ts'
import { cumulative, countOf, type Totals } from '../totals.ts'
import { functionTimes, placeOf } from './functions.ts'
import { section } from './section.ts'

/** Below this share of repeated calls a function counts as one of unique keys, and fewer calls say nothing. */
const MIN_REPEATED = 0.1
const MIN_CALLS = 20
/** Share of what a cache without limit would have served that the proposed size reaches. */
const REACH = 0.95
/** A cache is worth a line only where it would have saved so many seconds of the run. */
const MIN_SAVED = 0.01
/** Repeated calls that may have returned something else without it counting against a cache. */
const ALLOWED_DIFFERENT = 0.01

/** Functions whose calls repeat: what a cache would have saved in this run, had its entries lived for as long. */
export const candidates = section({
  name: 'candidates',
  columns: [
    { title: 'would have saved', align: 'right' },
    { title: 'in a cache of', align: 'right' },
    { title: 'function', maxWidth: 40 },
    { title: 'where', maxWidth: 40, keep: 'end' },
    { title: 'calls that repeat' },
  ],
  rows: (totals) =>
    functionTimes(totals)
      .flatMap(({ name, seconds }) => candidateOf(totals, name, seconds) ?? [])
      .toSorted((a, b) => b.savedSeconds - a.savedSeconds),
  cells: (row) => [
    formatSeconds(row.savedSeconds),
    `${formatNumber(row.entries)} entries`,
    row.name,
    row.where,
    `${formatShare(row.hitRatio)}; ${row.safety}`,
  ],
})

function candidateOf(totals: Totals, name: string, seconds: number) {
  const subject = { 'pitwall.subject': name, 'pitwall.subject.kind': 'function' }
  const distances = totals.points(reuse.distance).find(({ attributes }) => isSubject(attributes, subject))
  if (distances === undefined || countOf(distances) < MIN_CALLS || writingWord(name) !== undefined) return undefined
  if (totals.sum(cache.requests, { 'pitwall.cache.name': name }) > 0) return undefined
  const curve = missRatioCurve(cumulative(reuse.distance, distances))
  if (curve === undefined || reachable(curve) < MIN_REPEATED) return undefined
  const entries = smallestReaching(curve, REACH * reachable(curve)) ?? Infinity
  const hitRatio = hitRatioAt(curve, entries)
  const checks = (same: string): number => totals.sum(reuse.checks, { ...subject, 'pitwall.reuse.same': same })
  const safety = judgeResults({ same: checks('true'), different: checks('false') }, ALLOWED_DIFFERENT)
  const savedSeconds = hitRatio * seconds
  if (safety.kind === 'unsafe' || savedSeconds < MIN_SAVED) return undefined
  const reason = safety.kind === 'safe' ? safety.evidence : safety.reason
  return { name, savedSeconds, entries, hitRatio, safety: reason, where: placeOf(totals, name) }
}

function isSubject(attributes: Readonly<Record<string, string | number>>, subject: Readonly<Record<string, string>>): boolean {
  return Object.entries(subject).every(([key, value]) => attributes[key] === value)
}
