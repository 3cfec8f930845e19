/**
 * Probability that Student's t is at least this far from zero, on either side: 0 to 1. Degrees of freedom above 0, whole or not
 * (an effective number of observations is not). By the incomplete beta function: I(ν / (ν + t²); ν/2, 1/2).
 */
export function studentTails(t: number, degrees: number): number {
  if (t === 0) return 1
  const square = t * t
  if (square === Infinity) return 0
  return incompleteBeta(degrees / (degrees + square), square / (degrees + square), degrees / 2, 0.5)
}

/** Regularized, at `x`, whose complement comes separately because it would be lost to rounding near 1. */
function incompleteBeta(x: number, complement: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (complement <= 0) return 1
  const logFactor = a * Math.log(x) + b * Math.log(complement) + logGamma(a + b) - logGamma(a) - logGamma(b)
  // The fraction converges quickly on this side only; the other side is that of the complement.
  if (x < (a + 1) / (a + b + 2)) return (Math.exp(logFactor) * continuedFraction(x, a, b)) / a
  return 1 - (Math.exp(logFactor) * continuedFraction(complement, b, a)) / b
}

/** The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), by Lentz's method. */
function continuedFraction(x: number, a: number, b: number): number {
  let numerator = 1
  let denominator = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let result = denominator
  for (let step = 1; step <= 300; step++) {
    const even = (step * (b - step) * x) / ((a + 2 * step - 1) * (a + 2 * step))
    const odd = (-(a + step) * (a + b + step) * x) / ((a + 2 * step) * (a + 2 * step + 1))
    let factor = 1
    for (const term of [even, odd]) {
      denominator = 1 / nonZero(1 + term * denominator)
      numerator = nonZero(1 + term / numerator)
      factor = numerator * denominator
      result *= factor
    }
    if (Math.abs(factor - 1) < 1e-14) break
  }
  return result
}

function nonZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value
}

const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905, -0.13857109526572012,
  9.984369578019572e-6, 1.5056327351493116e-7,
]

/** Logarithm of the gamma function above 0, to 14 digits (Lanczos, 1964; coefficients of Godfrey, 2001). */
function logGamma(value: number): number {
  if (value < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * value)) - logGamma(1 - value)
  const shifted = value - 1
  const base = shifted + 7.5
  const sum = lanczos.reduce((total, coefficient, index) => total + coefficient / (shifted + index + 1), 0.9999999999998099)
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum)
}
