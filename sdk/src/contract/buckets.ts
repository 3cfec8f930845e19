/** Durations of calls and loads, in seconds: 100 µs to 100 s, two to three buckets a decade. */
export const durationBuckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 100,
] as const

/** Times for which the event loop is held, in seconds: bounds of durations, without those that nobody is held up by. */
export const blockingBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5] as const

/**
 * Sizes of a cache, in entries: ten round numbers a decade, because these are the sizes that people configure and a
 * bucket edge is exact there; between edges, three an octave keep the error of interpolation near 0.1 point.
 */
export const entryBuckets: readonly number[] = [
  1,
  2,
  3,
  4,
  5,
  6,
  8,
  ...[10, 100, 1_000, 10_000].flatMap((decade) => [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8].map((step) => Math.round(decade * step))),
  100_000,
]

/** Times to live, in seconds: one an octave up to 17 minutes, then the ones that people configure, up to a day. */
export const ageBuckets = [0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 10_800, 21_600, 86_400] as const

/** Pauses for garbage collection, in seconds: from 50 µs, because most scavenges take 0.1 to 1 ms. */
export const pauseBuckets = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const

/** Delays of the event loop, in seconds: finest from 1 to 100 ms, where users begin to notice. */
export const loopDelayBuckets = [0.0001, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const

/** Times of calls of models, in seconds: those that OpenTelemetry's conventions for generative AI advise. */
export const modelCallBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] as const
