/** Whether the calls of a function may be answered from a cache. */
export type Safety =
  /** Repeated calls returned the same, and nothing says that the function writes. */
  | { readonly kind: 'safe'; readonly evidence: string }
  /** It may be, but somebody has to look: the reason says at what. */
  | { readonly kind: 'investigate'; readonly reason: string }
  /** It may not. */
  | { readonly kind: 'unsafe'; readonly reason: string }

/** Outcome of comparing the results of repeated calls. */
export interface Checks {
  readonly same: number
  readonly different: number
}

/** Bounds of a share by Wilson's score interval at 95 %. Without any check everything between 0 and 1 is possible. */
export function wilson(successes: number, total: number): { readonly lower: number; readonly upper: number } {
  if (total <= 0) return { lower: 0, upper: 1 }
  const z = 1.96
  const share = successes / total
  const centre = share + z ** 2 / (2 * total)
  const spread = z * Math.sqrt((share * (1 - share)) / total + (z / (2 * total)) ** 2)
  const scale = 1 + z ** 2 / total
  return { lower: Math.max(0, (centre - spread) / scale), upper: Math.min(1, (centre + spread) / scale) }
}

/**
 * Whether repeated calls returned the same often enough, by the lower end of the interval. Equal results alone do not prove
 * that a function only reads: in recorded tool calls 43 of 43 repeated `cancel_reservation` and 39 of 39 repeated
 * `update_reservation_flights` returned equal results. So its name is asked as well (`writingWord`).
 */
export function judgeResults({ same, different }: Checks, allowedStaleness: number): Safety {
  const total = same + different
  const { lower, upper } = wilson(same, total)
  const counted = `${Math.round(same).toLocaleString('en-US')} of ${Math.round(total).toLocaleString('en-US')} compared results were the same`
  if (lower >= 1 - allowedStaleness) return { kind: 'safe', evidence: counted }
  if (upper < 1 - allowedStaleness) return { kind: 'unsafe', reason: `only ${counted}` }
  return { kind: 'investigate', reason: total < 1 ? 'no results were compared yet' : `${counted}, which is too little to be sure` }
}
