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

/** Words that mean writing wherever they stand in a name. */
const writes = new Set(
  'create update delete remove cancel send write insert save upsert submit publish purchase refund destroy drop patch commit notify enqueue push upload execute transfer modify append increment decrement reset revoke approve reject dispatch'.split(
    ' ',
  ),
)
/** Words that mean writing as the verb, which stands first, and a thing elsewhere: `bookFlight` writes, `searchBook` reads. */
const writesAsVerb = new Set(
  'book order post put pay set add charge buy reserve schedule store log record change edit register mail email message invite assign close open start stop move copy rename archive mark'.split(
    ' ',
  ),
)

/** Words that may stand before the verb and say nothing of it. */
const before = new Set(['http', 'https', 'api', 'rest', 'db', 'sql', 'do', 'try', 'async', 'handle', 'run'])

/** The word of a name that says it writes. Names are split at `camelCase`, `_`, `-` and `/`; before a dot stands the object. */
export function writingWord(name: string): string | undefined {
  const method = name.split(/[.:#/]/).findLast((part) => part !== '') ?? name
  const words = method
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== '')
  const verb = words.find((word) => !before.has(word))
  return words.find((word) => writes.has(word)) ?? (verb !== undefined && writesAsVerb.has(verb) ? verb : undefined)
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
