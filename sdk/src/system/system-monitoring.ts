import { type Duration, durationMs } from '../duration.ts'
import { after, type Clock, systemClock } from '../clock.ts'
import { OptionError } from '../errors.ts'
import { overhead } from '../sampling/overhead.ts'
import { History } from './history.ts'
import { type SystemSample, SystemSampler } from './system-sample.ts'
import { summarize, type SystemSummary } from './system-summary.ts'

/** Options of `startSystemMonitoring`. */
export interface SystemMonitoringOptions {
  /** Time between two samples, 100 ms at least. Default: '1s'. */
  readonly interval?: Duration
  /** Age at which samples are forgotten. Default: '1h'. */
  readonly maxAge?: Duration
  /** Number of samples that are kept, about 150 bytes each: 1 to 100,000. Default: 3,600. */
  readonly maxSamples?: number
}

/** Ends the monitoring; what it has found stays. */
export interface StopMonitoring extends Disposable {
  (): void
}

const SHORTEST_MS = 100
const MOST_SAMPLES = 100_000

let history: History<SystemSample> | undefined
let running: StopMonitoring | undefined

/**
 * Remembers from now on, sample by sample, what the process uses, for `systemSummary()`. It does not keep the process from
 * ending. Started again, it ends the one before and forgets its samples.
 * @throws OptionError when an option is not what it may be
 */
export function startSystemMonitoring(options: SystemMonitoringOptions = {}, clock: Clock = systemClock): StopMonitoring {
  const { intervalMs, maxAgeMs, maxSamples } = settingsFrom(options)
  running?.()
  const samples = new History<SystemSample>(maxSamples, maxAgeMs)
  history = samples
  const sampler = new SystemSampler(clock.now())
  const look = () => {
    overhead.time('system-monitoring', () => samples.add(sampler.next(clock.now())))
    forget = after(clock, intervalMs, look, true)
  }
  let forget = after(clock, intervalMs, look, true)
  const stop = () => {
    forget()
    sampler.stop()
  }
  running = Object.assign(stop, { [Symbol.dispose]: stop })
  return running
}

/** Means, peaks, standard deviations and trends of what is remembered; undefined before the first sample. */
export function systemSummary(clock: Clock = systemClock): SystemSummary | undefined {
  return history && summarize(history.recent(clock.now()))
}

function settingsFrom({ interval = '1s', maxAge = '1h', maxSamples = 3_600 }: SystemMonitoringOptions) {
  const intervalMs = durationMs('startSystemMonitoring: interval', interval)
  if (intervalMs < SHORTEST_MS || intervalMs >= 2 ** 31)
    throw new OptionError('startSystemMonitoring: interval', interval, 'from 100 ms to 24 days')
  if (!Number.isInteger(maxSamples) || maxSamples < 1 || maxSamples > MOST_SAMPLES)
    throw new OptionError('startSystemMonitoring: maxSamples', maxSamples, `a whole number from 1 to ${MOST_SAMPLES}`)
  return { intervalMs, maxAgeMs: durationMs('startSystemMonitoring: maxAge', maxAge), maxSamples }
}
