import { advice, prometheusName } from '@pitwall/sdk/contract'
import { type Correction, noCorrection } from '../prediction/correction.ts'
import type { PrometheusClient, RangeSeries } from '../prometheus/client.ts'
import { last, selectAny } from '../prometheus/promql.ts'
import type { Saving, SavingUnit } from './recommendation.ts'

/** What the series of earlier cycles say of one recommendation. */
export interface Past {
  readonly id: string
  /** Labels of its last `info` series: rule, service, subject, title, …. */
  readonly labels: Readonly<Record<string, string>>
  /** Unix seconds. All three belong to its present life: one that was verified may be proposed again later. */
  readonly createdAt: number
  readonly appliedAt?: number
  readonly verifiedAt?: number
  /** Last moment at which it was open, Unix seconds. */
  readonly lastOpenAt: number
  /** Whether its last verdict was that the prediction held; undefined without a verdict. */
  readonly held?: boolean
  readonly actual?: number
  /** What was predicted last. */
  readonly saving: Saving
  /** What was predicted last up to a moment (Unix seconds), or first when that was later. */
  savingUntil(moment: number): Saving
  /** What the rule's record had done to that prediction. */
  correctionUntil(moment: number): Correction
}

/** Steps of the range query: finer ones would only repeat gauges that hardly change. */
const STEPS = 250

/** Reads back what earlier cycles of any optimizer proposed and found: the optimizer's memory, one query. */
export async function readHistory(client: PrometheusClient, now: number, lookbackSeconds: number): Promise<ReadonlyMap<string, Past>> {
  const step = Math.max(lookbackSeconds / STEPS, 0.001)
  // Each step takes the last value within itself, so that nothing falls between two steps.
  const promql = last(
    selectAny([advice.info, advice.saving, advice.correction, advice.created, advice.applied, advice.verified, advice.actual]),
    step,
  )
  const series = await client.queryRange(promql, { start: now - (STEPS - 1) * step, end: now, step })
  const ids = new Set(series.map(({ labels }) => labels['id'] ?? ''))
  return new Map(
    [...ids].flatMap((id) => {
      const past = pastOf(
        id,
        series.filter(({ labels }) => labels['id'] === id),
      )
      return past === undefined ? [] : [[id, past]]
    }),
  )
}

function pastOf(id: string, series: readonly RangeSeries[]): Past | undefined {
  const of = (metric: Parameters<typeof prometheusName>[0]): readonly RangeSeries[] =>
    series.filter(({ labels }) => labels['__name__'] === prometheusName(metric))
  const infos = of(advice.info).toSorted((a, b) => lastTime(a) - lastTime(b))
  const labels = infos.at(-1)?.labels
  const verdict = infos.findLast((info) => info.labels['state'] === 'verified' || info.labels['state'] === 'refuted')?.labels['state']
  const [created, applied, verified] = [advice.created, advice.applied, advice.verified].map((metric) => distinctValues(of(metric)))
  if (labels === undefined || created === undefined || created.length === 0) return undefined

  // The last life begins with the first creation after the last verdict that a later creation follows.
  const closedAt = verified?.findLast((time) => created.some((start) => start > time)) ?? -Infinity
  const createdAt = created.find((start) => start > closedAt) ?? created[0] ?? 0
  const appliedAt = applied?.find((time) => time >= createdAt)
  const verifiedAt = appliedAt === undefined || verdict === undefined ? undefined : verified?.find((time) => time >= appliedAt)
  const savings = of(advice.saving)
  const saving = savingAt(savings, Infinity)
  if (saving === undefined) return undefined
  const actual = of(advice.actual)
    .toSorted((a, b) => lastTime(a) - lastTime(b))
    .at(-1)
    ?.samples.at(-1)?.[1]
  return {
    id,
    labels,
    createdAt,
    lastOpenAt: Math.max(createdAt, ...infos.filter((info) => isOpen(info.labels['state'])).map(lastTime)),
    saving,
    savingUntil: (moment) => savingAt(savings, moment) ?? saving,
    correctionUntil: (moment) => correctionAt(of(advice.correction), sampleAt(savings, 'likely', moment)?.[0]),
    ...(appliedAt === undefined ? {} : { appliedAt }),
    ...(verifiedAt === undefined ? {} : { verifiedAt, held: verdict === 'verified' }),
    ...(verifiedAt === undefined || actual === undefined ? {} : { actual }),
  }
}

function isOpen(state: string | undefined): boolean {
  return state === 'proposed' || state === 'accepted'
}

/** The values that a gauge has had, rising: several, when two optimizers started at once or the life is a second one. */
function distinctValues(series: readonly RangeSeries[]): number[] {
  return [...new Set(series.flatMap(({ samples }) => samples.map(([, value]) => value)))].toSorted((a, b) => a - b)
}

function lastTime({ samples }: RangeSeries): number {
  return samples.at(-1)?.[0] ?? 0
}

/** Lower, likely and upper bound, the last up to a moment; the first ones after it when there were none before. */
function savingAt(series: readonly RangeSeries[], moment: number): Saving | undefined {
  const [lower, likely, upper] = (['lower', 'likely', 'upper'] as const).map((bound) => sampleAt(series, bound, moment)?.[1])
  const unit = savingUnit(series[0]?.labels['unit'])
  if (lower === undefined || likely === undefined || upper === undefined || unit === undefined) return undefined
  return { unit, lower, likely, upper }
}

/** That of the prediction of this moment, which is of the same step; none where there is no such sample. */
function correctionAt(series: readonly RangeSeries[], time: number | undefined): Correction {
  const [likely, lower] = (['likely', 'lower'] as const).map((bound) => samplesOf(series, bound).find(([at]) => at === time)?.[1])
  return likely === undefined || lower === undefined || likely <= 0 ? noCorrection : { likely, width: lower / likely }
}

type Sample = RangeSeries['samples'][number]

function sampleAt(series: readonly RangeSeries[], bound: string, moment: number): Sample | undefined {
  const sorted = samplesOf(series, bound).toSorted(([a], [b]) => a - b)
  return sorted.findLast(([time]) => time <= moment) ?? sorted[0]
}

function samplesOf(series: readonly RangeSeries[], bound: string): readonly Sample[] {
  return series.filter(({ labels }) => labels['bound'] === bound).flatMap(({ samples }) => samples)
}

const units: readonly SavingUnit[] = ['s/s', 'By', 'usd/h', 'ratio']

function savingUnit(text: string | undefined): SavingUnit | undefined {
  return units.find((unit) => unit === text)
}
