import { join } from 'node:path'
import { Database } from './database.ts'
import { faultOf, Interrupted, UnusableError } from './faults.ts'
import { createFile, currentFile, removeFile, removeOthers, usableFolder } from './place.ts'
import type { ThreadData } from './protocol.ts'

/** How often other processes may put another file in the place of the one that is being opened. */
const ATTEMPTS = 5

/** A file that is not to be used any more. */
export interface DamagedFile {
  readonly name: string
  readonly error: unknown
}

/**
 * Opens the file that counts; makes one where there is none, and another in place of one that is damaged.
 * @param boot names the start of this machine
 * @param warn is told what a user should know, in a sentence
 * @param found a file that has turned out to be damaged
 * @throws what stands in the way, when there is no file to be had
 */
export function openDatabase({ folders, own }: ThreadData, boot: string, warn: (text: string) => void, found?: DamagedFile): Database {
  const folder = usableFolder(folders, own)
  let damaged = found
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const known = currentFile(folder)
    const isNew = known === undefined || known === damaged?.name
    const name = isNew ? createFile(folder) : known
    try {
      const database = new Database(folder, name, boot)
      if (currentFile(folder) === name) {
        tellOfOthers(folder, name, damaged, warn)
        return database
      }
      database.close()
    } catch (error) {
      const fault = faultOf(error)
      if (fault !== 'damaged' && fault !== 'gone') throw error
      if (fault === 'damaged' && isNew) {
        // Whatever is wrong with a new file would be with the next one.
        removeFile(folder, name)
        throw new UnusableError(reasonOf(error), { cause: error })
      }
      if (fault === 'damaged') damaged = { name, error }
    }
  }
  throw new UnusableError(`the file in ${folder} is replaced all the time`)
}

/** Removes what has been replaced, and says why it was. */
function tellOfOthers(folder: string, name: string, damaged: DamagedFile | undefined, warn: (text: string) => void): void {
  if (removeOthers(folder, name)) warn(`the cache in ${folder} was written by another version of Pitwall and begins empty.`)
  if (damaged === undefined || damaged.error instanceof Interrupted) return
  warn(`the cache file ${join(folder, damaged.name)} is damaged (${reasonOf(damaged.error)}); the cache begins empty.`)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
