import { OTHER } from '../names.ts'
import type { SiteName } from './site-names.ts'

/** Sites that are named; the rest is one more. */
const NAMED = 10
/** Readings of a large heap that a leak is worth: growth is between two. */
const PAUSES = 2
/** Readings after which the profile of allocations takes its turns again: a leak may last for weeks. */
const READINGS = 8

const HOUR_MS = 3_600_000

/** What stays by who allocated it, at one time. */
interface SiteReading {
  readonly at: number
  readonly bytes: ReadonlyMap<SiteName, number>
}

/**
 * Between the watch for leaks, which wants to know who allocates what stays, and the profile of allocations, which knows: growth is
 * between two readings of one run of the sampler. What turns over slowly grows as well until all of it was allocated in that run.
 */
export class LeakSites {
  #isSuspected = false
  #isLeak = false
  #pauses = 0
  #readings = 0
  #first: SiteReading | undefined
  #last: SiteReading | undefined

  /** Whether what stays is to be sampled without a break: until it is known what grows. */
  get areWanted(): boolean {
    return this.#isSuspected && this.#readings < READINGS
  }

  /** What is known of a leak now. */
  expect(isSuspected: boolean, isLeak: boolean): void {
    if (!this.#isSuspected) {
      this.#readings = 0
      this.#first = undefined
      this.#last = undefined
    }
    if (!this.#isLeak) this.#pauses = 0
    this.#isSuspected = isSuspected || isLeak
    this.#isLeak = isLeak
  }

  /** Whether a heap may be read whose reading is a long pause: twice for each leak. Asked once for each reading. */
  takesPause(): boolean {
    if (!this.#isLeak) return false
    if (this.#pauses >= PAUSES) this.#readings = READINGS
    return this.#pauses++ < PAUSES
  }

  /** A new run of the sampler begins, which has seen nothing yet. */
  begin(): void {
    if (!this.areWanted) return
    this.#first = undefined
    this.#last = undefined
  }

  /** Bytes that stay of what each site has allocated in this run. @param at milliseconds on a monotonic clock */
  record(at: number, bytes: ReadonlyMap<SiteName, number>): void {
    if (!this.areWanted) return
    this.#readings++
    this.#first ??= { at, bytes }
    this.#last = { at, bytes }
  }

  /** Bytes an hour by which sites have grown, most first, and the rest as `other`; empty before there were two readings. */
  growth(): ReadonlyMap<SiteName, number> {
    const [first, last] = [this.#first, this.#last]
    if (!this.#isSuspected || first === undefined || last === undefined || last.at <= first.at) return new Map()
    const hours = (last.at - first.at) / HOUR_MS
    const sites = Array.from(last.bytes, ([name, bytes]) => ({ name, perHour: (bytes - (first.bytes.get(name) ?? 0)) / hours }))
      .filter(({ perHour }) => perHour > 0)
      .toSorted((one, other) => other.perHour - one.perHour)
    const isOther = ({ name }: { readonly name: SiteName }, rank: number) => rank >= NAMED || name['code.function.name'] === OTHER
    const growth = new Map<SiteName, number>()
    let rest = 0
    for (const [rank, site] of sites.entries()) {
      if (isOther(site, rank)) rest += site.perHour
      else growth.set(site.name, site.perHour)
    }
    if (rest > 0) growth.set({ 'code.function.name': OTHER }, rest)
    return growth
  }
}

/** Of this process, or this thread of it. */
export const leakSites = new LeakSites()
