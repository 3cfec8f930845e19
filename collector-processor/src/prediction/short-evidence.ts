import type { MissRatioCurve } from './miss-ratio-curve.ts'

/**
 * Corrects a curve of ages for what evidence of so many seconds cannot have seen: entries that live longer than half of it
 * were hardly ever loaded again yet, so their hit ratio looks too good. However long they live, a key that is in steady use
 * is loaded once in each time to live; with random arrivals T × miss ratio can only rise with T. So beyond half of the
 * evidence the miss ratio falls no faster than 1/T. Measured on agents that were eight seconds old: without it the hit ratio of
 * a time to live of eight seconds was predicted as 96 %, and came out as 85 %.
 */
export function correctForShortEvidence(ages: MissRatioCurve, evidenceSeconds: number): MissRatioCurve {
  const known = ages.edges.map((edge, index) => (edge <= evidenceSeconds / 2 ? edge * (1 - (ages.hitRatios[index] ?? 0)) : 0))
  // Keys that come back only after that time tell nothing: the bound is that of the keys that did come back.
  const reloads = Math.max(0, ...known)
  const hitRatios = ages.edges.map((edge, index) => {
    const seen = ages.hitRatios[index] ?? 0
    return edge <= evidenceSeconds / 2 ? seen : Math.min(seen, Math.max(0, 1 - reloads / edge))
  })
  return { ...ages, hitRatios: rising(hitRatios) }
}

/**
 * The part of a curve of ages from which a time to live may be proposed: entries must have been seen to expire and to be
 * loaded again, so it ends at two thirds of the evidence. Seen once in the demo, with eight seconds of evidence: a proposed time
 * to live of eight seconds was predicted to save 5.4 s/s (4.5 to 5.9) and saved 6.7, measured before any entry could expire.
 */
export function seenToExpire(ages: MissRatioCurve, evidenceSeconds: number): MissRatioCurve {
  const count = ages.edges.filter((edge) => edge <= (evidenceSeconds * 2) / 3).length
  return { ...ages, edges: ages.edges.slice(0, count), hitRatios: ages.hitRatios.slice(0, count) }
}

function rising(values: readonly number[]): readonly number[] {
  let reached = 0
  return values.map((value) => (reached = Math.max(reached, value)))
}
