import { randomBytes } from 'node:crypto'
import { closeSync, lstatSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { UnusableError } from './faults.ts'
import { FORMAT } from './schema.ts'

/** Folders that `file()` uses by default, the first that can be: in the user's cache directory, else in the temporary one. */
export function defaultFolders(env: Readonly<Record<string, string | undefined>> = process.env): string[] {
  const home = env['HOME'] || env['USERPROFILE']
  const base = env['XDG_CACHE_HOME'] || (home && join(home, '.cache'))
  const temporary = join(tmpdir(), `pitwall-entries-${process.getuid?.() ?? env['USERNAME']}`)
  return base ? [resolve(base, 'pitwall', 'entries'), temporary] : [temporary]
}

/**
 * The first of these folders that can be used, made where there is none, for the user alone.
 * @param own whether it must belong to this user and be closed to others, who could put entries into it
 * @throws UnusableError, or what the file system says, of the last one
 */
export function usableFolder(folders: readonly string[], own: boolean): string {
  let refusal: unknown
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if (own) checkOwner(folder)
      checkLocal(folder, statfsSync(folder).type)
      return folder
    } catch (error) {
      refusal = error
    }
  }
  throw refusal
}

function checkOwner(folder: string): void {
  const { uid, mode } = lstatSync(folder)
  if (process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)) return
  throw new UnusableError(`${folder} belongs to another user, or others may write there`)
}

// Numbers of file systems in statfs(2) of Linux: those that other hosts may have mounted too, and FUSE, behind which they may be.
const networkFileSystems = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'SMB'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
])

/**
 * Refuses folders that several hosts may share: they would not see each other's locks and changes.
 * @param type number of the file system as statfs(2) has it
 * @throws UnusableError
 */
export function checkLocal(folder: string, type: number): void {
  const name = process.platform === 'linux' ? networkFileSystems.get(type >>> 0) : undefined
  if (name !== undefined) throw new UnusableError(`${folder} is on ${name}, not on a disk of this host`)
}

/**
 * Files are called `pitwall-FORMAT-SERIAL-RANDOM.db`; beside each are its log, the log's index, and which change was its last. The
 * last file counts. No name is used twice, so that nobody can take the log of one file for that of another when files are
 * removed or replaced.
 */
const pattern = /^pitwall-(\d+)-(\d{9})-[\w-]{11}\.db$/

interface Place {
  readonly name: string
  readonly format: number
  readonly serial: number
}

/** The file that counts in a folder; undefined where there is none yet. */
export function currentFile(folder: string): string | undefined {
  return placesIn(folder).findLast(({ format }) => format === FORMAT)?.name
}

/** Makes an empty file that counts from now on, readable by its user only, and gives back its name. */
export function createFile(folder: string): string {
  const serial = Math.max(0, ...placesIn(folder).map((place) => place.serial)) + 1
  const name = `pitwall-${FORMAT}-${String(serial).padStart(9, '0')}-${randomBytes(8).toString('base64url')}.db`
  // Closed before anybody can find it: closing a file takes this process's locks on it away, those of its other threads too.
  const unnamed = join(folder, `${name}-new`)
  closeSync(openSync(unnamed, 'wx', 0o600))
  renameSync(unnamed, join(folder, name))
  return name
}

/** Removes the files that do not count any more, if there are any. Returns whether one was of an older format. */
export function removeOthers(folder: string, current: string): boolean {
  const others = placesIn(folder).filter(({ name, format }) => name !== current && format <= FORMAT)
  for (const { name } of others) removeFile(folder, name)
  return others.some(({ format }) => format < FORMAT)
}

/** Removes a file with what is beside it. */
export function removeFile(folder: string, name: string): void {
  for (const suffix of ['', '-wal', '-shm', '-last']) rmSync(join(folder, name + suffix), { force: true })
}

/** In the order in which they were made. */
function placesIn(folder: string): Place[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const [, format, serial] = pattern.exec(name) ?? []
      return format === undefined ? [] : [{ name, format: Number(format), serial: Number(serial) }]
    })
    .toSorted((a, b) => a.serial - b.serial || (a.name < b.name ? -1 : 1))
}
