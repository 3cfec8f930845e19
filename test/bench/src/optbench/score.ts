import { mean } from '../benchmark.ts'

/** What was predicted for one right recommendation, and what came of it, in seconds saved a second. */
export interface Prediction {
  readonly lower: number
  readonly likely: number
  readonly upper: number
  readonly actual: number
}

/** Mean of the relative errors. */
export function meanError(predictions: readonly Prediction[]): number {
  return mean(predictions.map(({ likely, actual }) => Math.abs(likely - actual) / Math.abs(actual)))
}

/** Share of what really came that lies in its interval. */
export function coverage(predictions: readonly Prediction[]): number {
  return mean(predictions.map(({ lower, upper, actual }) => Number(actual >= lower && actual <= upper)))
}

/** Half the width of the intervals, as a share of what is likely. */
export function halfWidth(predictions: readonly Prediction[]): number {
  return mean(predictions.map(({ lower, likely, upper }) => (upper - lower) / 2 / likely))
}

/** Spearman's rank correlation of what was predicted with what came. */
export function rankCorrelation(predictions: readonly Prediction[]): number {
  const [predicted, actual] = [ranks(predictions.map(({ likely }) => likely)), ranks(predictions.map((one) => one.actual))]
  const [meanPredicted, meanActual] = [mean(predicted), mean(actual)]
  const product = (one: readonly number[], other: readonly number[], oneMean: number, otherMean: number) =>
    one.reduce((sum, value, index) => sum + (value - oneMean) * ((other[index] ?? 0) - otherMean), 0)
  return (
    product(predicted, actual, meanPredicted, meanActual) /
    Math.sqrt(product(predicted, predicted, meanPredicted, meanPredicted) * product(actual, actual, meanActual, meanActual))
  )
}

/** Ties share the mean of their ranks. */
function ranks(values: readonly number[]): number[] {
  return values.map((value) => values.filter((other) => other < value).length + (values.filter((other) => other === value).length + 1) / 2)
}
