import type { Evidence } from '../prometheus/evidence.ts'
import type { Question } from '../prometheus/question.ts'
import { questions } from '../prometheus/questions.ts'
import { type Blocks, labelOf, type Row, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { correctForShortEvidence, seenToExpire } from './short-evidence.ts'
import { jointHitRatio, type MissRatioCurve, missRatioCurve } from './miss-ratio-curve.ts'

/** Both curves of a subject for the same requests. */
export interface CurvePair {
  readonly entries: MissRatioCurve
  readonly ages: MissRatioCurve
}

/** The curves of a subject: over the whole window, and in each block of the evidence. */
export interface CacheCurves {
  readonly window: CurvePair
  readonly blocks: readonly (CurvePair | undefined)[]
  /** The ages of the window, as far as a time to live may be proposed from them. */
  readonly proposableAges: MissRatioCurve
}

/** Limits of a cache; `Infinity` is none. */
export interface Limits {
  readonly entries: number
  readonly seconds: number
}

/** The curves of a subject; undefined when its requests are not followed or there were none in the window. */
export function cacheCurves(evidence: Evidence, subject: Subject): CacheCurves | undefined {
  const { blocks, windowBlocks } = evidence.span
  const pair = (from: number, to: number): CurvePair | undefined => {
    const curve = (question: Question): MissRatioCurve | undefined =>
      missRatioCurve(
        evidence
          .of(question)
          .rows(subject)
          .map((row) => [edgeOf(row), sumOf(row.blocks.slice(from, to))]),
      )
    const [entries, ages] = [curve(questions.reuseDistance), curve(questions.reuseAge)]
    return entries === undefined || ages === undefined ? undefined : { entries, ages }
  }
  const window = pair(blocks - windowBlocks, blocks)
  if (window === undefined) return undefined
  const single = Array.from({ length: blocks }, (_, index) => pair(index, index + 1))
  const seenSeconds = (blocks - single.findIndex((found) => found !== undefined)) * evidence.span.blockSeconds
  const ages = correctForShortEvidence(window.ages, seenSeconds)
  return {
    window: { ...window, ages },
    blocks: single.map((found) => found && { ...found, ages: inProportion(found.ages, window.ages, ages) }),
    proposableAges: seenToExpire(ages, seenSeconds),
  }
}

/** The curve of one block, corrected as that of the window was: a block alone holds too little to be judged. */
function inProportion(block: MissRatioCurve, seen: MissRatioCurve, corrected: MissRatioCurve): MissRatioCurve {
  const hitRatios = block.hitRatios.map((ratio, index) => {
    const [before, after] = [seen.hitRatios[index] ?? 0, corrected.hitRatios[index] ?? 0]
    return before > 0 ? (ratio * after) / before : ratio
  })
  return { ...block, hitRatios }
}

/** Hit ratio that a cache with these limits would have had in each block. */
export function hitRatios(curves: CacheCurves, limits: Limits): Blocks {
  return curves.blocks.map((pair) => (pair === undefined ? undefined : jointHitRatio(pair.entries, pair.ages, limits)))
}

function edgeOf(row: Row): number {
  const edge = labelOf(row, 'le')
  return edge === '+Inf' ? Infinity : Number(edge)
}
