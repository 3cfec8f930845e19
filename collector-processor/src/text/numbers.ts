import type { Saving, SavingUnit } from '../recommendation/recommendation.ts'

// Made once: `toLocaleString` makes one for each number, of which a large fleet has thousands.
const whole = new Intl.NumberFormat('en-US')
const threeDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })
const twoDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 })

/** A whole number in full, any other with three significant digits: `12,345`, `0.0213`, `1.5`. */
export function formatNumber(value: number): string {
  return (Number.isInteger(value) ? whole : threeDigits).format(value)
}

/** A share of one in percent: `87 %`, `0.4 %`. */
export function formatShare(share: number): string {
  return `${twoDigits.format(share * 100)} %`
}

/** A duration with the unit that suits it: `2 µs`, `41 ms`, `1.5 s`, `5 min`, `6 h`. */
export function formatSeconds(seconds: number): string {
  const [factor, unit] = units.find(([, , below]) => Number(seconds.toPrecision(2)) < below) ?? [1 / 3_600, 'h']
  return `${formatNumber(Number((seconds * factor).toPrecision(2)))} ${unit}`
}

/** Factor, unit, and the seconds below which it is used. */
const units: readonly (readonly [factor: number, unit: string, below: number])[] = [
  [1e6, 'µs', 0.001],
  [1e3, 'ms', 1],
  [1, 's', 120],
  [1 / 60, 'min', 3_600],
]

/** Bytes with the binary unit that suits them: `512 B`, `1.5 MiB`, `2 GiB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.max(Math.floor(Math.log2(Math.max(1, Math.abs(bytes))) / 10), 0), byteUnits.length - 1)
  return `${formatNumber(Number((bytes / 1024 ** power).toPrecision(3)))} ${byteUnits[power] ?? 'B'}`
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** An amount in the unit of a saving: `0.42 s/s`, `954 MiB`. */
export function formatAmount(value: number, unit: SavingUnit): string {
  return unit === 'By' ? formatBytes(value) : `${formatNumber(value)} ${unit}`
}

/** A saving with its interval: `0.42 s/s (0.35 to 0.5)`; seconds of work saved in every second. Bytes have their binary unit. */
export function formatSaving(saving: Saving): string {
  const { lower, likely, upper, unit } = saving
  const bound = unit === 'By' ? formatBytes : formatNumber
  return `${formatAmount(likely, unit)} (${bound(lower)} to ${bound(upper)})`
}

/** A duration as options of the SDK write it: `500ms`, `8s`, `5m`, `6h`, `1d`. */
export function durationLiteral(seconds: number): string {
  if (seconds < 1 || !Number.isInteger(seconds)) return `${Math.round(seconds * 1_000)}ms`
  for (const [unit, length] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const) {
    if (seconds % length === 0) return `${seconds / length}${unit}`
  }
  return `${seconds}s`
}

/** A name from telemetry as an identifier of source code: `agent.find flights` → `agentFindFlights`. */
export function identifier(name: string): string {
  const joined = name.replace(/[^A-Za-z0-9_$]+([A-Za-z0-9_$])?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '')
  return /^[A-Za-z_$]/.test(joined) ? joined : `_${joined}`
}
