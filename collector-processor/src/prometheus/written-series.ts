import {
  type AttributeKey,
  type HistogramDefinition,
  type NumberDefinition,
  prometheusLabel,
  prometheusName,
  reuse,
} from '@pitwall/sdk/contract'
import type { HistogramPart } from './promql.ts'
import type { SubjectKind } from './subject.ts'

/** A series written down instead of measured, with which a rule shows when it speaks and when it is silent. */
export interface WrittenSeries {
  /** Prometheus name. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Growth in each second: of a counter from 0, of a gauge from its `level`. */
  readonly perSecond?: number
  readonly level?: number
  /** From this share of the time on it grows by so much a second instead. */
  readonly later?: { readonly from: number; readonly perSecond: number }
}

type Attributes<M extends { readonly attributes: readonly AttributeKey[] }> = { readonly [K in M['attributes'][number]]?: string | number }

/** A counter that grows evenly. */
export function written<M extends NumberDefinition>(metric: M, attributes: Attributes<M>, perSecond: number): WrittenSeries {
  return { name: prometheusName(metric), labels: labelled(attributes), perSecond }
}

/** A gauge that stays. */
export function writtenLevel<M extends NumberDefinition>(metric: M, attributes: Attributes<M>, level: number): WrittenSeries {
  return { name: prometheusName(metric), labels: labelled(attributes), level }
}

/** Sum and count of a histogram: so many values a second, of so much each. */
export function writtenMean<M extends HistogramDefinition>(
  metric: M,
  attributes: Attributes<M>,
  perSecond: number,
  mean: number,
): WrittenSeries[] {
  const part = (suffix: HistogramPart, growth: number): WrittenSeries => ({
    name: `${prometheusName(metric)}_${suffix}`,
    labels: labelled(attributes),
    perSecond: growth,
  })
  return [part('sum', perSecond * mean), part('count', perSecond)]
}

/** The buckets of a histogram: so many values a second, of which a share is no larger than a bound. */
export function writtenBuckets<M extends HistogramDefinition>(
  metric: M,
  attributes: Attributes<M>,
  perSecond: number,
  shareBelow: (bound: number) => number,
): WrittenSeries[] {
  return [...metric.buckets, Infinity].map((bound) => ({
    name: `${prometheusName(metric)}_bucket`,
    labels: { ...labelled(attributes), le: bound === Infinity ? '+Inf' : String(bound) },
    perSecond: perSecond * (bound === Infinity ? 1 : shareBelow(bound)),
  }))
}

/** Points of a miss-ratio curve: hit ratio by size (entries) and by age (seconds), straight lines between them. */
export interface WrittenReuse {
  readonly entries: Readonly<Record<number, number>>
  readonly seconds: Readonly<Record<number, number>>
}

/** The buckets of both reuse histograms of a subject that gets so many requests a second. */
export function writtenReuse(subject: string, kind: SubjectKind, perSecond: number, curve: WrittenReuse): WrittenSeries[] {
  const labels = { 'pitwall.subject': subject, 'pitwall.subject.kind': kind }
  return [
    ...writtenBuckets(reuse.distance, labels, perSecond, (edge) => ratioAt(curve.entries, edge)),
    ...writtenBuckets(reuse.age, labels, perSecond, (edge) => ratioAt(curve.seconds, edge)),
  ]
}

function ratioAt(points: Readonly<Record<number, number>>, edge: number): number {
  const sorted = Object.entries(points)
    .map(([size, ratio]): [number, number] => [Number(size), ratio])
    .toSorted(([a], [b]) => a - b)
  let [lowSize, lowRatio] = [0, 0]
  for (const [size, ratio] of sorted) {
    if (edge <= size) return lowRatio + ((ratio - lowRatio) * (edge - lowSize)) / (size - lowSize)
    ;[lowSize, lowRatio] = [size, ratio]
  }
  return lowRatio
}

function labelled(attributes: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [prometheusLabel(key), String(value)]))
}
