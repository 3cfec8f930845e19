import { readdirSync } from 'node:fs'
import type { Service } from './service.ts'

/** Settings of a change, as a recommendation has them. */
export type Change = Readonly<Record<string, string | number>>

/** What has to be advised in a world. */
export interface Truth {
  /** Id of the rule. */
  readonly rule: string
  /** Function, cache, …; absent where it is the service itself. */
  readonly subject?: string
}

/** One world that lives. */
export interface Life {
  /** Everything that happens until a time, milliseconds since the world began. */
  play(until: number): void
  /** Makes the change that is advised for a subject. */
  apply?(change: Change): void
  /** Makes it wrongly: it is seen, and hardly helps. Absent where that cannot be. */
  applyWrongly?(): void
  /**
   * What was spent so far on what the change is about: milliseconds; where the saving is in another unit, the amount in that unit
   * times the milliseconds that it lasted (bytes, or dollars an hour, times milliseconds).
   */
  spent?(): number
}

/** A kind of world: a service whose problem, or whose health, is known. One file in `worlds` is one kind. */
export interface World {
  /** What it is, in words. */
  readonly title: string
  /** What has to be said of it; nothing of a healthy one and of a trap. */
  readonly truths: readonly Truth[]
  /** Whether it is played for days, with little traffic, to see that a healthy fleet hears nothing. Default: no. */
  readonly isOfDays?: boolean
  /** Days that it lives before its last hours, scraped seldom: for what is judged by a week. Default 0. */
  readonly daysBefore?: number
  /** Begins one; everything in it follows from the random numbers. */
  begin(service: Service, random: () => number): Life
  /** Whether a scrape at this time (milliseconds since the world began) is lost. Default: none is. */
  isScrapeLost?(now: number): boolean
  /** Milliseconds that the clock of its host is ahead. Default 0. */
  readonly clockAheadMs?: number
}

/** A kind of world and the name of its file. */
export interface NamedWorld extends World {
  readonly name: string
}

/**
 * Every file of the folder.
 * @param only their names, separated by commas; all by default
 */
export async function discoverWorlds(only = process.env['PITWALL_WORLDS']): Promise<readonly NamedWorld[]> {
  const folder = new URL('./worlds/', import.meta.url)
  const wanted = only?.split(',')
  const isWanted = (file: string): boolean => wanted === undefined || wanted.includes(file.replace('.js', ''))
  const files = readdirSync(folder).filter((file) => /^[a-z0-9-]+\.js$/.test(file))
  return Promise.all(
    files
      .toSorted()
      .filter(isWanted)
      .map(async (file) => {
        const module: { default: World } = await import(new URL(file, folder).href)
        return { ...module.default, name: file.replace('.js', '') }
      }),
  )
}
