/** How a series changes with time, other causes held still. */
export interface PartialTrend {
  /** Change for each millisecond. */
  readonly slope: number
  /** The slope in standard errors of it: large where time tells more than the causes do, 0 where they cannot be told apart. */
  readonly significance: number
  /** The series without what the causes account for. */
  readonly rest: readonly number[]
}

/** What is left of a series below this share of it is rounding. */
const NOTHING = 1e-9
/** Less of time than this share left by the causes: they rise with it, as a cache that fills does, and whatever bends the series a little would be taken for a slope. */
const LEAST_TIME = 0.05

/**
 * Least squares of a series by time and by causes, as Frisch and Waugh (1933) and Lovell (1963) have it: the causes are taken out of the
 * series and out of time, and the slope is that of the one by the other. Causes that rise with time leave nothing of it, and no slope.
 */
export function partialTrend(times: readonly number[], values: readonly number[], causes: readonly (readonly number[])[]): PartialTrend {
  const directions: (readonly number[])[] = []
  for (const cause of [values.map(() => 1), ...causes]) {
    const own = without(cause, directions)
    if (squares(own) > NOTHING * squares(cause)) directions.push(own)
  }
  const time = without(times, directions)
  const series = without(values, directions)
  const freedom = values.length - directions.length - 1
  const timeSquares = squares(time)
  const cannotTell = freedom <= 0 || timeSquares < LEAST_TIME * squares(without(times, directions.slice(0, 1)))
  const slope = cannotTell ? 0 : product(time, series) / timeSquares
  const residuals = series.map((value, index) => value - slope * (time[index] ?? 0))
  const error = Math.sqrt(squares(residuals) / Math.max(1, freedom) / timeSquares)
  return {
    slope,
    significance: slope === 0 ? 0 : slope / error,
    rest: residuals.map((value, index) => value + slope * ((times[index] ?? 0) - (times[0] ?? 0))),
  }
}

/** What directions at right angles leave of a series. */
function without(series: readonly number[], directions: readonly (readonly number[])[]): readonly number[] {
  let rest = series
  for (const direction of directions) {
    const share = product(rest, direction) / squares(direction)
    rest = rest.map((value, index) => value - share * (direction[index] ?? 0))
  }
  return rest
}

function product(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)
}

function squares(series: readonly number[]): number {
  return product(series, series)
}
