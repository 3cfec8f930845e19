import { OTHER } from '../names.ts'
import type { AllocationSite } from './allocation-sites.ts'

/** Sites of one profile that may get a name. */
const TOP = 30
/** Sites that have a name in the life of the process. */
const MAX_SITES = 60

/** Attributes of a site; of what has no name only the function, `other`. */
export interface SiteName {
  readonly 'code.function.name': string
  readonly 'code.file.path'?: string
  readonly 'code.line.number'?: number
}

const other: SiteName = { 'code.function.name': OTHER }

/** Gives sites their names for good, so that counters only grow although the largest sites change. */
export class SiteNames {
  readonly #names = new Map<string, SiteName>()

  /** Bytes by name. @param sites most bytes first */
  sum(sites: readonly AllocationSite[]): Map<SiteName, number> {
    const sums = new Map<SiteName, number>()
    for (const [rank, site] of sites.entries()) {
      const name = this.#nameOf(site, rank)
      sums.set(name, (sums.get(name) ?? 0) + site.bytes)
    }
    return sums
  }

  #nameOf(site: AllocationSite, rank: number): SiteName {
    const key = `${site.file}:${site.line}:${site.name}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    if (rank >= TOP || this.#names.size >= MAX_SITES) return other
    const name = {
      'code.function.name': site.name,
      ...(site.file !== undefined && { 'code.file.path': site.file, 'code.line.number': site.line }),
    }
    this.#names.set(key, name)
    return name
  }
}
