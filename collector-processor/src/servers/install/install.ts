import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setInterval } from 'node:timers'
import type { ServerDefinition } from '../definition.ts'
import type { ServerSource } from '../stack.ts'
import { unpackDebian } from './debian.ts'
import { downloadRelease } from './download.ts'
import { buildWithGo } from './go-build.ts'
import { type InstallContext, InstallError, type Installation } from './installer.ts'
import { withLock } from './lock.ts'

/** An installation in the cache, with absolute paths. */
export interface Installed extends Installation {
  /** Where it lies, and its working directory. */
  readonly folder: string
  readonly source: ServerSource
}

/** Ways to install a server, in the order in which they are tried. */
const ways = [
  {
    source: 'download',
    install: ({ release }: ServerDefinition, folder: string, context: InstallContext) =>
      release && downloadRelease(release, folder, context),
  },
  {
    source: 'debian',
    install: ({ debian }: ServerDefinition, folder: string, context: InstallContext) => debian && unpackDebian(debian, folder, context),
  },
  {
    source: 'go-build',
    install: ({ goBuild }: ServerDefinition, folder: string, context: InstallContext) => goBuild && buildWithGo(goBuild, folder, context),
  },
] as const

const RECORD = 'installation.json'
const PREPARING = '.installing-'
const ABANDONED_MS = 3_600_000
const TICK_MS = 5_000

/** What is in the cache of a server, undefined when nothing is. */
export async function installedBefore(definition: ServerDefinition, cache: string): Promise<Installed | undefined> {
  const folder = folderOf(definition, cache)
  const text = await readFile(join(folder, RECORD), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const record: Installed = JSON.parse(text)
  return { ...record, folder, program: join(folder, record.program), libraries: record.libraries.map((path) => join(folder, path)) }
}

/**
 * Installs a server into the cache by the first way that works. Whole or not at all: it is prepared in a temporary folder and renamed,
 * so that a process that is killed, or two that install at once, leave nothing broken.
 * Rejects with an `InstallError` that lists everything that was tried.
 */
export async function install(definition: ServerDefinition, context: InstallContext): Promise<{ installed: Installed; fresh: boolean }> {
  await mkdir(context.cache, { recursive: true })
  const lock = `${folderOf(definition, context.cache)}.lock`
  const progress = ticking(context)
  try {
    return await withLock(
      lock,
      async () => {
        const before = await installedBefore(definition, context.cache)
        if (before !== undefined) return { installed: before, fresh: false }
        await removeAbandoned(context.cache)
        await firstThatWorks(definition, progress.context)
        const installed = await installedBefore(definition, context.cache)
        if (installed === undefined) throw new InstallError(`its folder in ${context.cache} cannot be read`)
        return { installed, fresh: true }
      },
      { onWait: () => progress.waiting('waiting for another process that installs it'), signal: context.signal },
    )
  } finally {
    progress.end()
  }
}

/** Removes an installation that does not work (any more). */
export async function forget(definition: ServerDefinition, cache: string): Promise<void> {
  await rm(folderOf(definition, cache), { recursive: true, force: true })
}

async function firstThatWorks(definition: ServerDefinition, context: InstallContext): Promise<void> {
  const tried: string[] = []
  for (const way of ways) {
    const folder = await mkdtemp(join(context.cache, `${PREPARING}${definition.name}-`))
    try {
      const installation = await way.install(definition, folder, context)
      if (installation === undefined) continue
      await writeFile(join(folder, RECORD), `${JSON.stringify({ ...installation, source: way.source }, undefined, 2)}\n`)
      await rename(folder, folderOf(definition, context.cache))
      return
    } catch (error) {
      if (context.signal?.aborted === true || !(error instanceof InstallError)) throw error
      tried.push(error.message)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  throw new InstallError(tried.join(', '))
}

/** Installations that were killed leave their temporary folders; none takes an hour. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(PREPARING)) continue
    const folder = join(cache, name)
    // Another installation may have finished, and renamed its folder, since the list was read.
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Infinity }))
    if (Date.now() - mtimeMs >= ABANDONED_MS) await rm(folder, { recursive: true, force: true })
  }
}

/** One folder for each version that we ask for, so that a newer Pitwall does not go on with an old program. */
function folderOf({ name, release, minimumVersion }: ServerDefinition, cache: string): string {
  return join(cache, `${name}-${release?.version ?? minimumVersion}`)
}

/** Repeats what is being done, with the time it has taken, so that nobody thinks it hangs. Same words at once are said once. */
function ticking(context: InstallContext): { context: InstallContext; waiting: (doing: string) => void; end: () => void } {
  const start = performance.now()
  let current: string | undefined
  let saidAt = -Infinity
  const say = (doing: string): void => {
    const now = performance.now()
    const kind = doing.replace(/, \d+ %$/, '')
    if (current?.replace(/, \d+ %$/, '') === kind && now - saidAt < TICK_MS) {
      current = doing
      return
    }
    current = doing
    saidAt = now
    const elapsed = Math.round((now - start) / 1000)
    context.report(elapsed === 0 ? doing : `${doing} (${elapsed} s)`)
  }
  const timer = setInterval(() => {
    if (current !== undefined) say(current)
  }, 1_000)
  return { context: { ...context, report: say }, waiting: say, end: () => clearInterval(timer) }
}
