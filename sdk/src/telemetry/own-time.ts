/** Milliseconds that collecting metrics, and writing them down for the Collector or a scrape, took on this thread since it started. */
export const telemetryTime = { collection: 0, export: 0 }

/** Does a part of that work and counts its time. */
export function timed<T>(part: keyof typeof telemetryTime, work: () => T): T {
  const start = performance.now()
  try {
    return work()
  } finally {
    telemetryTime[part] += performance.now() - start
  }
}
