import type { ModelPrice } from './model-price.ts'

/** Tokens of a summary: an assumption, like that of the agents that write them. */
export const SUMMARY_TOKENS = 500

/** Input that is further from a straight line than this, as a share of the mean or of itself, has another cause than the conversation. */
const UNEVEN = 0.2

/** Conversations are followed up to so many calls. */
const LONGEST = 1_000

/** Calls of a range of places in their conversations: from `first` to before the next range. The last range has no end. */
export interface StepRange {
  readonly first: number
  readonly calls: number
  /** Input tokens of all of them. */
  readonly tokens: number
}

/** The mean conversation: each call reads what the one before it did, and some more. */
export interface Conversation {
  /** Input tokens of its first call, and those by which each call reads more than the one before it. */
  readonly base: number
  readonly perCall: number
  /** Share of the conversations that come to their first, second, … call. */
  readonly reaching: readonly number[]
}

/** When a conversation is shortened, in tokens of input: above `most`, to `least`. */
export interface ConversationLimits {
  readonly most: number
  readonly least: number
}

/** The mean conversation that calls by ranges show; undefined where there is none, or its input does not grow evenly. */
export function conversationOf(ranges: readonly StepRange[]): Conversation | undefined {
  const sorted = ranges.filter(({ calls }) => calls > 0).toSorted((a, b) => a.first - b.first)
  if (sorted[0]?.first !== 1 || sorted.length < 3) return undefined
  const reaching = shareReaching(sorted, sorted[0].calls)
  const points = sorted.map(({ first, calls, tokens }, index) => {
    const places = reaching.slice(first - 1, (sorted[index + 1]?.first ?? Infinity) - 1)
    const weight = places.reduce((sum, share) => sum + share, 0)
    const place = places.reduce((sum, share, at) => sum + share * (first + at), 0) / weight
    return { place, tokens: tokens / calls, calls }
  })
  const { base, perCall } = line(points)
  const mean = points.reduce((sum, point) => sum + point.calls * point.tokens, 0) / points.reduce((sum, { calls }) => sum + calls, 0)
  const isEven = points.every(({ place, tokens }) => Math.abs(base + perCall * (place - 1) - tokens) < UNEVEN * Math.max(mean, tokens))
  return isEven && perCall > 0 && base > 0 ? { base, perCall, reaching } : undefined
}

/**
 * Dollars for the input of a mean conversation, with what summaries cost, call by call: all of it follows from the numbers.
 * @param kept share of what the call before read that the provider has in its cache, 0 to 1
 */
export function conversationCost(
  { base, perCall, reaching }: Conversation,
  price: ModelPrice,
  kept: number,
  limits?: ConversationLimits,
): number {
  const cachedPrice = price.cachedInput ?? price.input
  let [input, before, dollars] = [base, 0, 0]
  const read = (): number => (input * price.input - Math.min(input, before) * kept * (price.input - cachedPrice)) / 1e6
  for (const share of reaching) {
    if (limits !== undefined && input > limits.most) {
      dollars += share * (read() + (SUMMARY_TOKENS * price.output) / 1e6)
      ;[input, before] = [limits.least, 0]
    }
    dollars += share * read()
    before = input
    input += perCall
  }
  return dollars
}

/** Share of the input of a mean conversation that the call before had read as well. */
export function repeatedShare({ base, perCall, reaching }: Conversation): number {
  const tokens = reaching.map((share, index) => share * (base + perCall * index))
  const repeated = tokens.reduce((sum, read, index) => sum + read - (reaching[index] ?? 0) * (index === 0 ? base : perCall), 0)
  return repeated / tokens.reduce((sum, read) => sum + read, 0)
}

/** Mean share of each range at its middle, straight lines between; behind the last middle it falls evenly until all calls are there. */
function shareReaching(ranges: readonly StepRange[], conversations: number): readonly number[] {
  const middles = ranges.map(({ first, calls }, index) => {
    const length = (ranges[index + 1]?.first ?? Infinity) - first
    return { place: first + (length - 1) / 2, share: Math.min(1, calls / length / conversations), calls: calls / conversations }
  })
  const last = ranges.at(-1)
  const finite = middles.slice(0, -1)
  const [previous, latest] = [finite.at(-2) ?? finite.at(-1), finite.at(-1)]
  if (last === undefined || previous === undefined || latest === undefined) return []
  const slope = latest === previous ? 0 : (latest.share - previous.share) / (latest.place - previous.place)
  const start = Math.max(latest.share / 4, Math.min(latest.share, latest.share + slope * (last.first - latest.place)))
  const length = Math.min(LONGEST, Math.max(1, (2 * last.calls) / conversations / start))
  const end = last.first + Math.ceil(length)
  const corners = [...finite, { place: last.first, share: start }, { place: last.first + length, share: 0 }]
  return Array.from({ length: end - 1 }, (_, index) => between(corners, index + 1))
}

function between(corners: readonly { readonly place: number; readonly share: number }[], place: number): number {
  const above = corners.findIndex((corner) => corner.place >= place)
  const [low, high] = [corners[Math.max(0, above - 1)], corners[above]]
  if (low === undefined || high === undefined) return 0
  return high.place === low.place ? high.share : low.share + ((high.share - low.share) * (place - low.place)) / (high.place - low.place)
}

/** Least squares, by the number of calls. */
function line(points: readonly { readonly place: number; readonly tokens: number; readonly calls: number }[]): {
  base: number
  perCall: number
} {
  const total = points.reduce((sum, { calls }) => sum + calls, 0)
  const place = points.reduce((sum, point) => sum + point.calls * point.place, 0) / total
  const tokens = points.reduce((sum, point) => sum + point.calls * point.tokens, 0) / total
  const spread = points.reduce((sum, point) => sum + point.calls * (point.place - place) ** 2, 0)
  const perCall = points.reduce((sum, point) => sum + point.calls * (point.place - place) * (point.tokens - tokens), 0) / spread
  return { base: tokens - perCall * (place - 1), perCall }
}
