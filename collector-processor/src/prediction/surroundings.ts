import { changeAt, type HourlyMeans } from './hourly-level.ts'
import { mean, median } from './moments.ts'

/** What takes far less or far longer than the subject tells nothing of it, and what takes longer may call it. */
const QUICKEST = 1 / 10
const SLOWEST = 3

/**
 * Median change of the other functions' durations at an hour: 1.1 where they take 10 % longer since; 1 where there is none about as
 * slow as the subject. One other function alone counts too: whatever slowed both cannot be told from a slower host.
 */
export function surroundingsOf(others: readonly HourlyMeans[], subject: HourlyMeans, hour: number): number {
  const own = mean(subject.steady)
  const changes = others.flatMap((other) => {
    const level = mean(other.steady)
    return level < own * QUICKEST || level > own * SLOWEST ? [] : (changeAt(other, hour) ?? [])
  })
  return changes.length === 0 ? 1 : median(changes)
}
