import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { TestServer } from './test-server.ts'

/** A process that stops in the middle of a change to the database that it is given. */
const changing = `
const db = new (process.getBuiltinModule('node:sqlite').DatabaseSync)(process.argv[1])
db.exec('PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE; DELETE FROM locks')
console.log('changing')
process.stdin.on('end', () => process.exit()).resume()`

/**
 * A folder for `file()`, with what a test does to servers done to it. Killed: its disk is gone, and something else is in its
 * place. Frozen: a process has stopped in the middle of a change.
 */
export class CacheFolder implements TestServer {
  /** Path of the folder. */
  readonly url: string
  readonly readableWhileFrozen = true
  readonly #away: string
  readonly #root: string
  #changing: ChildProcess | undefined

  private constructor(root: string) {
    this.#root = root
    this.url = join(root, 'cache')
    this.#away = join(root, 'away')
  }

  static async make(): Promise<CacheFolder> {
    return new CacheFolder(await mkdtemp(join(tmpdir(), 'pitwall-file-')))
  }

  /** Path of the file that counts. */
  get file(): string {
    const [name] = readdirSync(this.url)
      .filter((file) => file.endsWith('.db'))
      .toSorted()
      .slice(-1)
    if (name === undefined) throw new Error('there is no cache file yet')
    return join(this.url, name)
  }

  kill(): Promise<void> {
    mkdirSync(this.url, { recursive: true })
    renameSync(this.url, this.#away)
    this.#replace(() => writeFileSync(this.url, 'not a folder'))
    return Promise.resolve()
  }

  restart(): Promise<void> {
    this.#replace(() => renameSync(this.#away, this.url))
    return Promise.resolve()
  }

  /** Puts something else at the path, whoever makes a folder there meanwhile. */
  #replace(put: () => void, attempts: number = 100): void {
    rmSync(this.url, { recursive: true, force: true })
    try {
      put()
    } catch (error) {
      if (attempts === 0) throw error
      this.#replace(put, attempts - 1)
    }
  }

  async freeze(): Promise<void> {
    const child = spawn(process.execPath, ['--no-warnings', '--eval', changing, this.file], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#changing = child
    await once(child.stdout, 'data')
    child.kill('SIGSTOP')
  }

  resume(): void {
    this.#changing?.kill('SIGCONT')
    this.#changing?.stdin?.end()
    this.#changing = undefined
  }

  async empty(): Promise<void> {
    this.resume()
    // A thread that watches it may make it again meanwhile.
    await rm(this.url, { recursive: true, force: true, maxRetries: 5 })
  }

  async remove(): Promise<void> {
    this.resume()
    await rm(this.#root, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** One folder for the tests of this file; after each test it is whole and empty. */
export function useCacheFolder(): () => CacheFolder {
  let folder: CacheFolder | undefined
  const made = (): CacheFolder => {
    if (folder === undefined) throw new Error('the folder is there inside tests only')
    return folder
  }
  beforeAll(async () => {
    folder = await CacheFolder.make()
  })
  afterEach(() => made().empty())
  afterAll(() => folder?.remove())
  return made
}
