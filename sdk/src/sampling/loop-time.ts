/** A piece of asynchronous work that is followed. */
export interface Followed<T> {
  /** What the work returned. */
  readonly result: T
  /** Milliseconds for which it has held the event loop so far; undefined where that is not known. */
  readonly onLoopMs: () => number | undefined
}

/** Does work and follows it through all that it waits for. */
export type Follow = <T>(work: () => T) => Followed<T>

const nobody: Follow = (work) => ({ result: work(), onLoopMs: () => undefined })

let follow = nobody

/** Does work, and follows it where anybody can: without promise hooks nobody does. */
export function followed<T>(work: () => T): Followed<T> {
  return follow(work)
}

/** Lets work be followed in this way from now on; returns what ends that. */
export function followBy(way: Follow): () => void {
  follow = way
  return () => {
    if (follow === way) follow = nobody
  }
}
