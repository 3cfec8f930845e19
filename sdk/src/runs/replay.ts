import type { RunSpan } from './run-span.ts'

/** Calls that would run at the same time in the scenario `concurrent`, at most: what most services allow one caller. */
export const CONCURRENCY = 4

/** What would be different. */
export interface Scenario {
  /** The seconds that a call would take with all that is inside it, below 0 where a pause before it would not be; undefined leaves it as it is. */
  readonly duration?: (span: RunSpan) => number | undefined
  /** Calls of one function of which each was made when the one before had ended, and would not wait for it. */
  readonly chains?: readonly (readonly RunSpan[])[]
}

/** What has been replayed of one span. */
interface Replayed {
  readonly start: number
  readonly end: number
}

/**
 * Seconds that a run would end earlier. Children that overlap ran at once; one that began after others had ended waits for all of these;
 * what lies between is the parent's own time and stays as long; the parent ends after the last of its children, except those that
 * outlived it. What is not on the critical path gains nothing. The idea is that of Coz (Curtsinger and Berger, 2015) and Lighthouse.
 * @param ordered remembers the children of spans by their ends, for further scenarios of the same run
 */
export function timeSaved(
  root: RunSpan,
  { duration = () => undefined, chains = [] }: Scenario,
  ordered: Map<RunSpan, readonly RunSpan[]> = new Map(),
): number {
  const before = new Map<RunSpan, RunSpan>()
  const runningOf = new Map<RunSpan, number[]>()
  for (const chain of chains) {
    const ends: number[] = []
    for (const [index, span] of chain.entries()) {
      runningOf.set(span, ends)
      const previous = chain[index - 1]
      if (previous !== undefined) before.set(span, previous)
    }
  }

  function saved(span: RunSpan): number {
    const recorded = span.end - span.start
    const changed = duration(span)
    if (changed !== undefined) return recorded - changed
    return span.children.length === 0 ? 0 : Math.min(recorded, savedInside(span))
  }

  function savedInside(parent: RunSpan): number {
    const { children, end } = parent
    const replayed = new Map<RunSpan, Replayed>()
    let byEnd = ordered.get(parent)
    if (byEnd === undefined) ordered.set(parent, (byEnd = children.toSorted((a, b) => a.end - b.end)))
    // Those that had ended when the next one begins: all, and those that are in no chain.
    const [ended, others] = [new Ends(), new Ends()]
    const all = new Ends()
    let next = 0
    for (const child of children) {
      for (let other = byEnd[next]; other !== undefined && other.end <= child.start; other = byEnd[++next]) {
        const newEnd = replayed.get(other)?.end
        // One that takes no time has ended when it begins.
        if (newEnd === undefined) break
        ended.add(other.end, newEnd)
        if (!runningOf.has(other)) others.add(other.end, newEnd)
      }
      const [previous, running] = [before.get(child), runningOf.get(child)]
      const inside = saved(child)
      const beside = previous && replayed.get(previous)
      const start =
        beside === undefined || previous === undefined
          ? child.start - ended.earlier
          : // The parent's own time between the two is still spent between their starts.
            Math.max(others.latest, beside.start + (child.start - previous.end), freeAt(running))
      // In differences, so that no change is exactly none.
      const newEnd = beside === undefined ? child.end - (ended.earlier + inside) : start + (child.end - child.start) - inside
      running?.push(newEnd)
      replayed.set(child, { start, end: newEnd })
      if (child.end <= end) all.add(child.end, newEnd)
    }
    return all.earlier
  }

  return saved(root)
}

/** When one more of a chain may begin: when the fourth of those that run latest has ended. Forgets all others. */
function freeAt(ends: number[] = []): number {
  const latest = ends.toSorted((a, b) => b - a).slice(0, CONCURRENCY)
  ends.splice(0, Infinity, ...latest)
  return latest[CONCURRENCY - 1] ?? -Infinity
}

/** The latest of some ends, as recorded and as replayed. */
class Ends {
  #recorded = -Infinity
  latest = -Infinity

  add(recorded: number, replayed: number): void {
    this.#recorded = Math.max(this.#recorded, recorded)
    this.latest = Math.max(this.latest, replayed)
  }

  /** By how much the last of them ends earlier. */
  get earlier(): number {
    return this.#recorded === -Infinity ? 0 : this.#recorded - this.latest
  }
}
