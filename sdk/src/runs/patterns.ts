import type { RunSpan } from './run-span.ts'

/** Calls under one parent that count as one for each of many: below that, asking for all at once is seldom worth its code (Sentry's bound). */
const MANY = 5
/** Between many calls lies no more than this, or they are steps with other work between them. */
const STEP = { share: 3, seconds: 0.01 }
/** Equal calls of a run that count as going round in circles. */
const CIRCLE = 3
/** Between two calls of a loop lies next to nothing: a longer pause may be a limit on purpose, or what the next call is made of. */
const PAUSE = { share: 0.1, seconds: 0.001 }

/** How the calls of one function follow each other in one run. Groups hold two calls or more. */
export class Patterns {
  /** All its calls, in the order in which they began. */
  readonly calls: RunSpan[] = []
  /** Each began when the one before had ended, with nothing in between; none writes, fails, or is a step of a conversation. */
  readonly sequential: RunSpan[][] = []
  /** Five or more under one parent, one soon after the other or at once. */
  readonly repeated: RunSpan[][] = []
  /** A call that failed and those that followed it under its parent, up to the one that succeeded. */
  readonly retries: RunSpan[][] = []
  /** Three or more that succeeded, with equal arguments, and nothing was written in between. */
  readonly identical: RunSpan[][] = []

  /** Seconds that its calls took. */
  get seconds(): number {
    return this.calls.reduce((sum, { start, end }) => sum + (end - start), 0)
  }
}

/** What is seen in a run, by function. The root is none. */
export function patternsOf(root: RunSpan): Map<string, Patterns> {
  const found = new Map<string, Patterns>()
  lookBelow(root, found)
  const all = [...found.values()].flatMap(({ calls }) => calls).toSorted((a, b) => a.start - b.start)
  // A parent that writes does so in one of its children.
  const writes = all.filter((span) => span.writes && !span.children.some((child) => child.writes))
  for (const patterns of found.values()) patterns.identical.push(...circles(patterns.calls, writes))
  return found
}

function lookBelow(parent: RunSpan, found: Map<string, Patterns>): void {
  const places = new Map(parent.children.map((span, place) => [span, place]))
  for (const [name, calls] of Map.groupBy(parent.children, (span) => span.name)) {
    let patterns = found.get(name)
    if (patterns === undefined) found.set(name, (patterns = new Patterns()))
    patterns.calls.push(...calls)
    const retries = split(calls, isRetry)
    patterns.retries.push(...retries)
    const again = new Set(retries.flatMap((group) => group.slice(1)))
    const first = calls.filter((call) => !again.has(call))
    patterns.repeated.push(...split(first, isSoonAfter).filter((group) => group.length >= MANY))
    patterns.sequential.push(
      ...split(calls, (next, call) => follows(next, call) && (places.get(next) ?? 0) - (places.get(call) ?? 0) === 1),
    )
  }
  for (const child of parent.children) lookBelow(child, found)
}

/** Cuts calls into groups of neighbours that belong together. */
function split(calls: readonly RunSpan[], belongs: (next: RunSpan, call: RunSpan) => boolean): RunSpan[][] {
  const groups: RunSpan[][] = []
  for (const call of calls) {
    const group = groups.at(-1)
    const last = group?.at(-1)
    if (group !== undefined && last !== undefined && belongs(call, last)) group.push(call)
    else groups.push([call])
  }
  return groups.filter((group) => group.length > 1)
}

function isRetry(next: RunSpan, call: RunSpan): boolean {
  const isOther = call.argumentsHash !== undefined && next.argumentsHash !== undefined && call.argumentsHash !== next.argumentsHash
  return call.hasFailed && next.start >= call.end && !isOther
}

function follows(next: RunSpan, call: RunSpan): boolean {
  const pause = next.start - call.end
  return pause >= 0 && pause <= longestPause(call, PAUSE) && isFree(call) && isFree(next)
}

function isSoonAfter(next: RunSpan, call: RunSpan): boolean {
  return next.start - call.end <= longestPause(call, STEP)
}

function longestPause({ start, end }: RunSpan, { share, seconds }: typeof STEP): number {
  return Math.max(seconds, share * (end - start))
}

function isFree({ writes, converses, hasFailed }: RunSpan): boolean {
  return !writes && !converses && !hasFailed
}

function circles(calls: readonly RunSpan[], writes: readonly RunSpan[]): RunSpan[][] {
  const known = calls.filter((call) => call.argumentsHash !== undefined && !call.hasFailed && !call.writes)
  const isWritten = (from: number, to: number) => writes.some((span) => span.end > from && span.start < to)
  return [...Map.groupBy(known, (call) => call.argumentsHash).values()].flatMap((equal) =>
    split(
      equal.toSorted((a, b) => a.start - b.start),
      (next, call) => !isWritten(call.start, next.start),
    ).filter((group) => group.length >= CIRCLE),
  )
}
