import type { Estimate, Saving, SavingUnit } from '../recommendation/recommendation.ts'

const binaryPrefixes = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** An amount with its unit, to three digits: `420 ms/s`, `1.2 s/s`, `36 MiB`, `12 %`, `$0.4/h`. */
export function amountText(value: number, unit: SavingUnit): string {
  if (unit === 'ratio') return `${digits(value * 100)} %`
  if (unit === 'usd/h') return `$${digits(value)}/h`
  if (unit === 's/s') return Math.abs(value) < 1 ? `${digits(value * 1_000)} ms/s` : `${digits(value)} s/s`
  const power = value === 0 ? 0 : Math.min(Math.max(Math.floor(Math.log2(Math.abs(value)) / 10), 0), binaryPrefixes.length - 1)
  return `${digits(value / 1024 ** power)} ${binaryPrefixes[power]}`
}

/** The interval of an estimate: `350 ms/s to 480 ms/s`. */
export function intervalText({ lower, upper }: Estimate, unit: SavingUnit): string {
  return `${amountText(lower, unit)} to ${amountText(upper, unit)}`
}

/** The likely value with its interval: `420 ms/s (350 ms/s to 480 ms/s)`. */
export function savingText(saving: Saving): string {
  return `${amountText(saving.likely, saving.unit)} (${intervalText(saving, saving.unit)})`
}

/** Three significant digits without an exponent and without trailing zeros; whole numbers above 1,000 in full. */
function digits(value: number): string {
  return Math.abs(value) >= 1_000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}
