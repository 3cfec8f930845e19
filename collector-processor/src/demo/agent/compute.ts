/** Milliseconds of work between two pauses of `computeInSlices`: short enough that nobody notices. */
const SLICE_MS = 5

/** Keeps the main thread busy for this long, as an honest computation would. */
export function compute(milliseconds: number): number {
  const end = performance.now() + milliseconds
  let sum = 0
  while (performance.now() < end) sum += Math.sqrt(sum + 1)
  return sum
}

/** The same work, but everyone else gets a turn every few milliseconds. */
export async function computeInSlices(milliseconds: number): Promise<number> {
  let sum = 0
  for (let left = milliseconds; left > 0; left -= SLICE_MS) {
    sum += compute(Math.min(left, SLICE_MS))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return sum
}
