import { type MetricData, DataPointType } from '@opentelemetry/sdk-metrics'

/** Units by their Prometheus names; a unit that is not listed keeps its own. */
const units: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent',
}

const perUnits: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
}

/**
 * Name of any OpenTelemetry metric in Prometheus, the user's own included, as the Collector and Prometheus 3 give it
 * (UnderscoreEscapingWithSuffixes). `prometheusName` of the contract is the same rule for the few units used there.
 * Source of the rule: github.com/prometheus/otlptranslator v1.0.0.
 */
export function prometheusMetricName(metric: MetricData): string {
  const { name, unit } = metric.descriptor
  let words = name.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== '')
  const [mainUnit, perUnit] = unitWords(unit)
  if (mainUnit !== '' && !words.includes(mainUnit)) words.push(mainUnit)
  if (perUnit !== '' && !words.includes(`per_${perUnit}`)) words.push(`per_${perUnit}`)
  if (metric.dataPointType === DataPointType.SUM && metric.isMonotonic) words = endingIn(words, 'total')
  if (metric.dataPointType === DataPointType.GAUGE && unit === '1') words = endingIn(words, 'ratio')
  const joined = words.join('_')
  return /^\d/.test(joined) ? `_${joined}` : joined
}

/** `By/s` → `['bytes', 'second']`. A part in braces is an annotation, not a unit: it gives no word. */
function unitWords(unit: string): [main: string, per: string] {
  const slash = unit.indexOf('/')
  const main = (slash < 0 ? unit : unit.slice(0, slash)).trim()
  const per = slash < 0 ? '' : unit.slice(slash + 1).trim()
  return [unitWord(main, units), unitWord(per, perUnits)]
}

function unitWord(unit: string, names: Readonly<Record<string, string>>): string {
  if (/[{}]/.test(unit)) return ''
  const word = Object.hasOwn(names, unit) ? names[unit] : undefined
  return (word ?? unit).replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_|_$/g, '')
}

function endingIn(words: string[], last: string): string[] {
  return [...words.filter((word) => word !== last), last]
}
