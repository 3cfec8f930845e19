import type { Estimate } from '../recommendation/recommendation.ts'
import { studentT } from './interval.ts'
import { mean, variance } from './moments.ts'

/** A recorded span and what ran inside it. Times in seconds, of any one clock, `end` not before `start`. */
export interface SpanTree {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly children: readonly SpanTree[]
}

/** What would be different. */
export interface Change {
  /** The seconds that a span would take with all that is inside it; undefined leaves it as it is. Below 0 counts as 0. */
  readonly duration?: (span: SpanTree, random: () => number) => number | undefined
  /** Siblings one after the other, next to each other, that would be started together. That they are independent is for the caller to know. */
  readonly parallel?: (span: SpanTree) => boolean
}

/** Each call of that name is answered from a cache with so much probability, in so many seconds. */
export function cacheHits(name: string, probability: number, hitSeconds: number): Change {
  return { duration: (span, random) => (span.name === name && random() < probability ? hitSeconds : undefined) }
}

/**
 * Seconds that a recorded run would end earlier. Children that overlap ran at once; one that began after others ended waits for
 * all of these; what lies between is the parent's own time and stays as long; the parent ends after the last of its children,
 * except those that outlived it. Never more than the run took; negative when the change makes it slower.
 * The idea is that of Coz (Curtsinger and Berger, 2015) and Lighthouse: what is not on the critical path gains nothing.
 */
export function replayGain(span: SpanTree, change: Change, random: () => number): number {
  const recorded = span.end - span.start
  const changed = change.duration?.(span, random)
  if (changed !== undefined) return recorded - Math.max(0, changed)
  const children = span.children.toSorted((a, b) => a.start - b.start || a.end - b.end)
  const replayed: Replayed[] = []
  for (const child of children) {
    const starts = earlierStart(child, replayed, change)
    replayed.push({ span: child, newStart: child.start - starts, newEnd: child.end - (starts + replayGain(child, change, random)) })
  }
  // Clocks of several processes may show a child before its parent.
  return Math.min(recorded, earlier(replayed.filter((child) => child.span.end <= span.end)))
}

interface Replayed {
  readonly span: SpanTree
  readonly newStart: number
  readonly newEnd: number
}

/** By how much a child begins earlier, given the children that began before it. */
function earlierStart(child: SpanTree, before: readonly Replayed[], { parallel }: Change): number {
  const ended = before.filter((other) => other.span.end <= child.start)
  const last = latest(ended)
  if (last === undefined || parallel?.(child) !== true || !parallel(last.span)) return earlier(ended)
  // The parent's own time between the two is still spent between their starts.
  const started = last.newStart + (child.start - last.span.end)
  const others = ended.filter((other) => !parallel(other.span)).map((other) => other.newEnd)
  return child.start - Math.max(started, ...others)
}

/** By how much the last of them ends earlier. In differences, so that no change is exactly none. */
function earlier(children: readonly Replayed[]): number {
  const last = latest(children)
  return last === undefined ? 0 : last.span.end - children.reduce((end, child) => Math.max(end, child.newEnd), -Infinity)
}

function latest(children: readonly Replayed[]): Replayed | undefined {
  return children.reduce<Replayed | undefined>(
    (last, child) => (last === undefined || child.span.end > last.span.end ? child : last),
    undefined,
  )
}

/** How often each run is replayed when chance decides, and the chance: numbers from 0 to below 1. */
export interface MonteCarlo {
  readonly rounds: number
  readonly random: () => number
}

/**
 * Mean seconds that a run would end earlier, with an interval at 95 % for the mean of such runs. Each run is replayed `rounds` times
 * (at least once). Undefined with fewer than two runs. Not known to it: what the change does to other runs, or to queues.
 */
export function replayRuns(runs: readonly SpanTree[], change: Change, { rounds, random }: MonteCarlo): Estimate | undefined {
  const count = runs.length
  if (count < 2) return undefined
  const repeats = Math.max(1, Math.floor(rounds))
  const gains = runs.map((run) => {
    let sum = 0
    for (let round = 0; round < repeats; round++) sum += replayGain(run, change, random)
    return sum / repeats
  })
  const likely = mean(gains)
  const width = studentT(count - 1) * Math.sqrt(variance(gains) / count)
  return { lower: likely - width, likely, upper: likely + width }
}
