import { labelOf, type Row } from '../prometheus/series.ts'

/** A change is found within so many hours of where it is, and processes are replaced one after another. */
const NEAR_HOURS = 2

/**
 * The version of a service that came within two hours of an hour, by the calls of each version in each hour; the one with most calls
 * since, where several came. Undefined where none did, or where processes do not tell their version (`service.version`).
 */
export function versionThatCame(rows: readonly Row[], hour: number): string | undefined {
  const firstOfAll = Math.min(...rows.map(firstHour))
  const came = rows.flatMap((row) => {
    const [version, first] = [labelOf(row, 'service.version'), firstHour(row)]
    // What was there from the beginning did not come.
    if (version === '' || first <= firstOfAll || Math.abs(first - hour) > NEAR_HOURS) return []
    return [{ version, since: row.blocks.slice(hour).reduce<number>((sum, count) => sum + (count ?? 0), 0) }]
  })
  return came.toSorted((a, b) => b.since - a.since)[0]?.version
}

function firstHour({ blocks }: Row): number {
  const first = blocks.findIndex((count) => (count ?? 0) > 0)
  return first < 0 ? Infinity : first
}
