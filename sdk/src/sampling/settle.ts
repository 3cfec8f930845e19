/**
 * Share of a backlog beyond its expected size that one sample takes on: small enough to smooth, large enough to follow a
 * change of the traffic within some dozen samples.
 */
const GAIN = 1 / 16

/**
 * How many requests one sample stands for: the number expected, corrected by the backlog of requests (this one included)
 * that no sample stands for yet. A whole number where `backlog` is; what is left over waits for the next sample.
 */
export function settle(backlog: number, expected: number): number {
  return Math.floor(Math.min(backlog, expected + (backlog - expected) * GAIN))
}
