import type { SettingsInput } from '../settings.ts'

/** Milliseconds between two exports of an agent, and between two scrapes. */
const SAMPLE_MS = 500

/** Milliseconds of the evidence window. */
const WINDOW_MS = 8_000

/** How fast everything goes in the demo: production windows of an hour, in seconds. */
export const pace = {
  sampleMs: SAMPLE_MS,
  /** Milliseconds after the servers are ready at which the optimizer looks first: agents take one or two of them to start. */
  firstLookMs: 8_000,
  /** Milliseconds that the agents work before it, at least: half a window, or there is nothing to see. */
  leastEvidenceMs: WINDOW_MS / 2,
  /** Milliseconds until what was measured last is exported and scraped. */
  settleMs: 3 * SAMPLE_MS,
  /** Pause between two evaluations. */
  pauseMs: 700,
  /** The same, while everything is kept up for somebody to look at. */
  keptPauseMs: 2_000,
  /** How often the live line changes. */
  liveMs: 500,
  /** The Collector forgets a series after this time without news, so that what is over ends in the alerts as well. */
  metricExpirationMs: 15_000,
  optimizer: {
    windowMs: WINDOW_MS,
    blocks: 8,
    // So that it is known for how long entries have been seen to live.
    earlierWindows: 1,
    scrapeIntervalMs: SAMPLE_MS,
    // A few hundredths of a second a second are worth advice where all of it is a few tenths.
    minSaving: 0.01,
    lookbackMs: 120_000,
    minRequests: 60,
    queryTimeoutMs: 5_000,
    // Seconds hold dozens of comparisons, not the hundreds that would prove less than 1 % of changed results.
    allowedStaleness: 0.1,
  } satisfies SettingsInput,
} as const
