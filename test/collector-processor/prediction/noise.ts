/** Normal noise of mean 0 and deviation 1 whose neighbours correlate by so much: an autoregressive series of order one. */
export function noise(count: number, correlation: number, random: () => number): number[] {
  let last = normal(random)
  return Array.from({ length: count }, (_, index) => {
    if (index > 0) last = correlation * last + Math.sqrt(1 - correlation ** 2) * normal(random)
    return last
  })
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
