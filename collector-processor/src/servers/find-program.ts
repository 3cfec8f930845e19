import { cacheFolder } from './install/cache-folder.ts'
import { forget, install, type Installed, installedBefore } from './install/install.ts'
import { InstallError } from './install/installer.ts'
import { run } from './install/run.ts'
import type { ServerDefinition } from './definition.ts'
import { programOnPath, runnable } from './path.ts'
import type { ServerSource } from './stack.ts'
import { atLeast } from './version.ts'

/** A server's program, found and able to tell its version. */
export interface FoundProgram {
  readonly program: string
  readonly version: string
  readonly source: ServerSource
  /** Where it came from, in words. */
  readonly origin: string
  /** Environment that the program needs beyond our own. */
  readonly env: Readonly<Record<string, string>>
  /** Working directory that the program needs; any by default. */
  readonly cwd?: string
}

/** Why there is no program: one sentence of what was tried and what to do. */
export class ProgramNotFound extends Error {
  override readonly name = 'ProgramNotFound'
}

/** What looking for a program needs. */
export interface FindOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly onProgress?: ((line: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds a server's program: environment variable, PATH, our cache; else installs it (official release, Debian package, build from source)
 * into the cache. `PITWALL_OFFLINE=1` installs nothing. Rejects with `ProgramNotFound`.
 */
export async function findProgram(definition: ServerDefinition, options: FindOptions = {}): Promise<FoundProgram> {
  const { env = process.env, signal } = options
  const explicit = env[definition.variable]
  if (explicit !== undefined && explicit !== '') {
    return await explicitProgram(definition, explicit, env)
  }
  const tried: string[] = []
  for (const name of definition.programs) {
    const path = programOnPath(name, env)
    const version = path === undefined ? undefined : await versionOf(definition, path, {})
    if (path === undefined || version === undefined) continue
    if (atLeast(version, definition.minimumVersion)) return { program: path, version, source: 'path', origin: 'on PATH', env: {} }
    tried.push(`${path} is version ${version}, at least ${definition.minimumVersion} is needed`)
  }
  if (tried.length === 0) tried.push(`no ${definition.programs.join(' or ')} on PATH`)

  const cache = cacheFolder(env)
  const cached = await installedBefore(definition, cache)
  const reusable = cached && (await usable(definition, cached))
  if (cached !== undefined && reusable === undefined) await forget(definition, cache)
  if (reusable !== undefined) return { ...reusable, source: 'cache', origin: `${reusable.origin}, from the cache` }

  if (env['PITWALL_OFFLINE'] === '1') throw notFound(definition, [...tried, 'nothing was installed (PITWALL_OFFLINE is set)'])
  const report = (doing: string): void => options.onProgress?.(`${definition.name}: ${doing}`)
  try {
    const { installed, fresh } = await install(definition, { env, cache, report, signal })
    const found = await usable(definition, installed)
    if (found !== undefined) return fresh ? found : { ...found, source: 'cache', origin: `${found.origin}, from the cache` }
    tried.push(`${installed.program} does not run here`)
  } catch (error) {
    if (!(error instanceof InstallError)) throw error
    tried.push(error.message)
  }
  throw notFound(definition, tried)
}

function notFound({ name, advice, variable }: ServerDefinition, tried: readonly string[]): ProgramNotFound {
  return new ProgramNotFound(`${name} is not to be had: ${tried.join(', ')}; ${advice}, or set ${variable} to the program.`)
}

/** A program that the user names is taken or refused; silently taking another one would hide the mistake. */
async function explicitProgram(
  definition: ServerDefinition,
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<FoundProgram> {
  const program = path.includes('/') ? path : (programOnPath(path, env) ?? path)
  if (!runnable(program))
    throw new ProgramNotFound(`${definition.name}: ${definition.variable} names ${path}, which is not a program that can be run.`)
  const version = await versionOf(definition, program, {})
  if (version === undefined)
    throw new ProgramNotFound(
      `${definition.name}: ${definition.variable} names ${path}, which does not tell its version as ${definition.programs[0]} does.`,
    )
  return { program, version, source: 'environment', origin: definition.variable, env: {} }
}

async function usable(
  definition: ServerDefinition,
  { program, libraries, origin, source, folder }: Installed,
): Promise<FoundProgram | undefined> {
  const inherited = process.env['LD_LIBRARY_PATH']
  const paths = inherited === undefined || inherited === '' ? libraries : [...libraries, inherited]
  const env: Record<string, string> = libraries.length === 0 ? {} : { LD_LIBRARY_PATH: paths.join(':') }
  const version = await versionOf(definition, program, env)
  return version === undefined ? undefined : { program, version, source, origin, env, cwd: folder }
}

async function versionOf(
  definition: ServerDefinition,
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const result = await run(program, definition.versionArguments, { env: { ...process.env, ...env }, timeoutMs: 15_000 }).catch(
    () => undefined,
  )
  if (result === undefined || result.code !== 0) return undefined
  return /(?:version |v=)(\d+\.\d+\.\d+)/.exec(result.output)?.[1]
}
