import { changeAt, type HourlyMeans } from './hourly-level.ts'
import { mean, median } from './moments.ts'

/** What takes so many times less or longer than the subject does other things, and tells nothing of it. */
const UNLIKE = 10

/**
 * Median change of the other functions' durations at an hour: 1.1 where they take 10 % longer since; 1 where there is none about as
 * slow as the subject. One other function alone counts too: whatever slowed both cannot be told from a slower host.
 */
export function surroundingsOf(others: readonly HourlyMeans[], subject: HourlyMeans, hour: number): number {
  const own = mean(subject.steady)
  const changes = others.flatMap((other) => {
    const level = mean(other.steady)
    return level < own / UNLIKE || level > own * UNLIKE ? [] : (changeAt(other, hour) ?? [])
  })
  return changes.length === 0 ? 1 : median(changes)
}
