/** Which of these names a misspelt one was meant to be: one letter is wrong, missing, too many, or swapped with the next. */
export function nearestName(misspelt: string, names: readonly string[]): string | undefined {
  if (misspelt.length < 2) return undefined
  return names.find((name) => distanceBetween(misspelt.toLowerCase(), name.toLowerCase()) <= 1)
}

/** Changes of one letter, and swaps of two neighbours, from one text to the other (optimal string alignment). */
function distanceBetween(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let distance = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1))
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) distance = Math.min(distance, (beforeLast[column - 2] ?? 0) + 1)
      current.push(distance)
    }
    ;[beforeLast, last] = [last, current]
  }
  return last[to.length] ?? 0
}
