/** Makes a series around 1, a point an hour, from random numbers. */
export type MakeSeries = (random: () => number) => number[]

/** Points of a series: eight days of hours. */
export const HOURS = 192

/** Series that stay at their level, by kind. */
export const quietSeries: Readonly<Record<string, MakeSeries>> = {
  'independent, deviation 8 %': (random) => noise(0, random).map((value) => 1 + 0.08 * value),
  'neighbours correlate by 0.5': (random) => noise(0.5, random).map((value) => 1 + 0.08 * value),
  'neighbours correlate by 0.8': (random) => noise(0.8, random).map((value) => 1 + 0.08 * value),
  'lognormal, deviation 15 %': (random) => noise(0, random).map((value) => Math.exp(0.15 * value)),
  'daily cycle of 15 %': (random) =>
    noise(0, random).map((value, hour) => (1 + 0.05 * value) * (1 + 0.15 * Math.sin((2 * Math.PI * hour) / 24))),
  'spikes in 3 %': (random) => noise(0, random).map((value) => (1 + 0.05 * value) * (random() < 0.03 ? 3 + 2 * random() : 1)),
}

/** Normal noise of deviation 1 whose neighbours correlate by so much. */
function noise(correlation: number, random: () => number): number[] {
  let last = normal(random)
  return Array.from({ length: HOURS }, (_, index) => {
    if (index > 0) last = correlation * last + Math.sqrt(1 - correlation ** 2) * normal(random)
    return last
  })
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
