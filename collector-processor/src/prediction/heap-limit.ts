import type { ShareRange } from './scavenges.ts'

/** Limits are given in steps of so many bytes. */
const STEP = 64 * 2 ** 20

/** A limit that is less than so much above the present one is not worth a restart. */
const LEAST_RISE = 1.1

/**
 * Limit that a heap is proposed to have, bytes: twice what stays after a collection, or as much of that as the memory that is free
 * allows for; undefined where it allows for hardly more than there is.
 */
export function proposedHeapLimit(staying: number, limit: number, freeBytes: number): number | undefined {
  const wanted = Math.ceil((2 * staying) / STEP) * STEP
  const allowed = Math.floor((limit + freeBytes) / STEP) * STEP
  const proposed = Math.min(wanted, allowed)
  return proposed >= LEAST_RISE * limit ? proposed : undefined
}

/**
 * Share of the time of major collections that a larger limit saves. There are as many as the space between what stays and the limit
 * is filled: their number falls to the old space over the new one, which is the lower bound. Each is also shorter farther from
 * the limit, as V8 then marks beside the program: measured, most of the rest fell away as well, so that half of it in the number
 * and half in the time (the square) is likely, and all of it the upper bound.
 */
export function majorTimeSaved(staying: number, limit: number, proposed: number): ShareRange {
  const left = Math.min(1, Math.max(0, limit - staying) / (proposed - staying))
  return { lower: 1 - left, likely: 1 - left ** 2, upper: 1 }
}
