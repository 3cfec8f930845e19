import type { HeapGrowth } from './heap-growth.ts'
import type { SiteName } from './site-names.ts'

/** Sites that a warning names. */
const NAMED = 3

/**
 * What is said of leaks: one line when a leak is established and its sites are known, or after a while without them, and one when it is over.
 */
export class LeakWarnings {
  readonly #patienceMs: number
  #since: number | undefined
  #isSaid = false

  /** @param patienceMs how long a warning waits for the sites, milliseconds */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs
  }

  /** The line to be said now, if any. */
  next(now: number, growth: HeapGrowth | undefined, sites: ReadonlyMap<SiteName, number>): string | undefined {
    if (growth === undefined) return this.#end()
    this.#since ??= now
    if (this.#isSaid || (sites.size === 0 && now - this.#since < this.#patienceMs)) return undefined
    this.#isSaid = true
    return leakText(growth, sites)
  }

  #end(): string | undefined {
    const wasSaid = this.#isSaid
    this.#since = undefined
    this.#isSaid = false
    return wasSaid ? 'the leak is over: what stays after garbage collections has stopped growing.' : undefined
  }
}

function leakText({ bytesPerHour, sharePerHour }: HeapGrowth, sites: ReadonlyMap<SiteName, number>): string {
  const share = `${Number((100 * sharePerHour).toPrecision(2))} %`
  const named = Array.from(sites, ([name, perHour]) => `${placeOf(name)} ${mebibytes(perHour)}`).slice(0, NAMED)
  const most = named.length === 0 ? '' : `; most of it was allocated by ${named.join(', ')}`
  return `there is a memory leak: what stays after garbage collections grows by ${mebibytes(bytesPerHour)} an hour (${share}), beyond caches and calls under way${most}. Look for what holds it with a heap snapshot.`
}

function placeOf({ 'code.function.name': name, 'code.file.path': file, 'code.line.number': line }: SiteName): string {
  return file === undefined ? name : `${name} (${file}:${line})`
}

function mebibytes(bytes: number): string {
  return `${Number((bytes / 2 ** 20).toPrecision(2))} MiB`
}
