import { runs } from '@pitwall/sdk/contract'
import { written, writtenMean, type WrittenSeries } from './written-series.ts'

/** Runs in which a function is called. All amounts are those of one run. */
export interface RunFigures {
  readonly name: string
  /** Runs a second. */
  readonly runs: number
  /** Calls and groups by pattern. */
  readonly calls: Readonly<Record<string, number>>
  readonly groups: Readonly<Record<string, number>>
  /** Seconds saved by scenario. */
  readonly saved: Readonly<Record<string, number>>
}

/** The series of runs of two seconds that are all alike. */
export function writtenRuns({ name, runs: perSecond, calls, groups, saved }: RunFigures): WrittenSeries[] {
  const ofFunction = { 'code.function.name': name }
  const each = (amounts: Readonly<Record<string, number>>, write: (key: string, amount: number) => WrittenSeries): WrittenSeries[] =>
    Object.entries(amounts).map(([key, amount]) => write(key, amount * perSecond))
  return [
    ...writtenMean(runs.duration, {}, perSecond, 2),
    ...each(calls, (pattern, amount) => written(runs.calls, { ...ofFunction, 'pitwall.run.pattern': pattern }, amount)),
    ...each(groups, (pattern, amount) => written(runs.groups, { ...ofFunction, 'pitwall.run.pattern': pattern }, amount)),
    ...each(saved, (scenario, amount) => written(runs.savedTime, { ...ofFunction, 'pitwall.run.scenario': scenario }, amount)),
  ]
}
