import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a folder of profiles may hold at most, all processes together. */
export interface RingBounds {
  readonly maxBytes: number
  readonly maxFiles: number
}

/** One file of the folder. */
export interface RingFile {
  readonly name: string
  readonly bytes: number
}

const PROFILE = /^cpu-.*\.pb\.gz$/
const UNFINISHED = /^\.cpu-.*\.tmp$/
/** A file that nobody has finished after so long is of a process that died. */
const UNFINISHED_MS = 60_000

/** A name for a profile that began at that time (milliseconds since 1970). No other process makes the same. */
export function profileName(startedAt: number): string {
  const time = new Date(startedAt).toISOString().replaceAll(':', '-')
  return `cpu-${time}-${process.pid}-${randomBytes(4).toString('hex')}.pb.gz`
}

/**
 * A folder of the latest profiles. Files appear whole or not at all, the oldest go when there are too many, and any number
 * of processes, also of different machines, may share it: names begin with the time and end with chance.
 */
export class ProfileRing {
  readonly #folder: string
  readonly #bounds: RingBounds

  constructor(folder: string, bounds: RingBounds) {
    this.#folder = folder
    this.#bounds = bounds
  }

  /** Adds a file under such a name, after making room for it. Rejects where it cannot be written. */
  async write(name: string, profile: Uint8Array): Promise<void> {
    await this.prune(profile.length)
    const { temporary, final } = this.#paths(name)
    await writeFile(temporary, profile)
    await rename(temporary, final)
  }

  /** The same at once, for a process that ends; room is made by whoever starts or writes next. */
  writeNow(name: string, profile: Uint8Array): void {
    mkdirSync(this.#folder, { recursive: true })
    const { temporary, final } = this.#paths(name)
    writeFileSync(temporary, profile)
    renameSync(temporary, final)
  }

  /** Makes the folder, and room in it for one more file of so many bytes. */
  async prune(bytes: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    const names = await readdir(this.#folder)
    const files = await Promise.all(names.filter((name) => PROFILE.test(name)).map((name) => this.#sized(name)))
    const old = excess(
      files.filter((file) => file !== undefined),
      { maxBytes: this.#bounds.maxBytes - bytes, maxFiles: this.#bounds.maxFiles - 1 },
    )
    const left = await Promise.all(names.filter((name) => UNFINISHED.test(name)).map((name) => this.#abandoned(name)))
    // Another process may be removing the same ones.
    await Promise.all([...old, ...left.flat()].map((name) => rm(join(this.#folder, name), { force: true })))
  }

  #paths(name: string) {
    return { temporary: join(this.#folder, `.${name}.tmp`), final: join(this.#folder, name) }
  }

  async #sized(name: string): Promise<RingFile | undefined> {
    try {
      return { name, bytes: (await stat(join(this.#folder, name))).size }
    } catch {
      return undefined
    }
  }

  async #abandoned(name: string): Promise<string[]> {
    try {
      return Date.now() - (await stat(join(this.#folder, name))).mtimeMs > UNFINISHED_MS ? [name] : []
    } catch {
      return []
    }
  }
}

/** Names of the oldest files that have to go for the rest to be within the bounds. */
export function excess(files: readonly RingFile[], { maxBytes, maxFiles }: RingBounds): string[] {
  const newestFirst = files.toSorted((one, other) => (one.name < other.name ? 1 : -1))
  let total = 0
  const kept = newestFirst.findIndex(({ bytes }, index) => index >= maxFiles || (total += bytes) > maxBytes)
  return kept < 0 ? [] : newestFirst.slice(kept).map(({ name }) => name)
}
