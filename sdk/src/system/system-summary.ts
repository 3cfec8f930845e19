import { type Trend, trendOf } from '../sampling/trend.ts'
import type { SystemSample } from './system-sample.ts'

/** A figure over the history: units are in its name. */
export interface SystemFigureSummary {
  readonly mean: number
  readonly max: number
  readonly standardDeviation: number
  /** Undefined for fewer than ten samples. */
  readonly trend: Trend | undefined
}

/** What a sample measures, by name. */
export type SystemFigure = Exclude<keyof SystemSample, 'at'>

/** What is remembered of the process; a figure that is not known on this system is left out. */
export interface SystemSummary extends Partial<Record<SystemFigure, SystemFigureSummary>> {
  readonly samples: number
  /** From the first sample to the last. */
  readonly spanMs: number
}

const figures: readonly SystemFigure[] = [
  'cpuShare',
  'memoryBytes',
  'heapUsedBytes',
  'loopUtilization',
  'loopDelayMs',
  'loopDelayMaxMs',
  'gcShare',
  'diskReadBytesPerSecond',
  'diskWriteBytesPerSecond',
  'networkReceiveBytesPerSecond',
  'networkTransmitBytesPerSecond',
]

/** Trends are made from so many means of neighbouring samples: all pairs of them are looked at. */
const TREND_POINTS = 60

/** Samples, oldest first → their summary; undefined for none. */
export function summarize(samples: readonly SystemSample[]): SystemSummary | undefined {
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const known = figures.flatMap((name) => {
    const values = samples.flatMap(({ at, [name]: value }) => (value === undefined ? [] : [{ at, value }]))
    return values.length === 0 ? [] : [[name, figureSummary(values)] as const]
  })
  return { samples: samples.length, spanMs: last.at - first.at, ...Object.fromEntries(known) }
}

interface Value {
  readonly at: number
  readonly value: number
}

function figureSummary(values: readonly Value[]): SystemFigureSummary {
  const mean = meanOf(values, ({ value }) => value)
  const groups = grouped(values, Math.ceil(values.length / TREND_POINTS))
  return {
    mean,
    max: values.reduce((max, { value }) => Math.max(max, value), -Infinity),
    standardDeviation: Math.sqrt(meanOf(values, ({ value }) => (value - mean) ** 2)),
    trend: trendOf(
      groups.map((group) => meanOf(group, ({ at }) => at)),
      groups.map((group) => meanOf(group, ({ value }) => value)),
    ),
  }
}

/** Neighbours in groups of this size; the last ones are left out where they do not fill one. */
function grouped(values: readonly Value[], size: number): Value[][] {
  return Array.from({ length: Math.floor(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size))
}

function meanOf(values: readonly Value[], figure: (value: Value) => number): number {
  return values.reduce((sum, value) => sum + figure(value), 0) / values.length
}
