/** What the scavenges of a service were like, in the mean. */
export interface MeanScavenge {
  /** Bytes in the new space at its beginning. */
  readonly size: number
  /** Bytes that stayed in the new space, and those that went to the old one. */
  readonly survived: number
  readonly promoted: number
}

/** A share with the range that it was found in; `lower <= likely <= upper`, all 0 to 1. */
export interface ShareRange {
  readonly lower: number
  readonly likely: number
  readonly upper: number
}

/** What a scavenge costs beside copying, as so many bytes copied: measured at 0.3 to 0.6 MiB (docs/decisions.md). */
const FIXED_BYTES = 0.3 * 2 ** 20

/** What came of the prediction below in the measurement, over it: half at least, 0.8 in the middle. */
const CAME = { lower: 0.5, likely: 0.8 }

/**
 * Share of the time of scavenges that so many times the room saves. Their number falls to one over that (measured within 10 %), and with
 * it what each costs beside copying, and the copies of objects that would have died meanwhile. Objects that last are copied twice,
 * once within the new space and once out of it, however much room there is: that part of the time stays.
 */
export function scavengeTimeSaved({ survived, promoted }: MeanScavenge, times: number): ShareRange {
  const copied = survived + promoted
  const lasting = Math.min(copied, 2 * promoted)
  const fewer = 1 - 1 / times
  const share = fewer * (1 - lasting / (FIXED_BYTES + copied))
  return { lower: CAME.lower * share, likely: CAME.likely * share, upper: fewer }
}

/** Sizes that a semi-space is given, bytes: powers of two of a MiB, as V8 rounds them. */
export const MEBIBYTE: number = 2 ** 20

/** Larger ones were not measured. */
const LARGEST = 64 * MEBIBYTE

/** The new space holds two semi-spaces, and large objects beside them: bytes of memory for each byte of a semi-space. */
const HELD_PER_BYTE = 3

/**
 * Size that a semi-space is proposed to have, in bytes: four times the present one, as far as predictions were checked, or twice,
 * where the memory that is free allows for no more; undefined where it does not allow for that either, or the present one is large.
 */
export function proposedSemiSpace(present: number, freeBytes: number): number | undefined {
  return [4 * present, 2 * present].find((size) => size <= LARGEST && HELD_PER_BYTE * (size - present) <= freeBytes)
}

/** The size of a semi-space that scavenges begin at so many bytes of: the smallest power of two of a MiB that holds them. */
export function semiSpaceHolding(bytes: number): number {
  return MEBIBYTE * 2 ** Math.max(0, Math.ceil(Math.log2(bytes / MEBIBYTE)))
}
