import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { programOnPath } from '../path.ts'
import { type InstallContext, InstallError, type Installation } from './installer.ts'
import { withLock } from './lock.ts'
import { relocate } from './relocate.ts'
import { lastLine, run } from './run.ts'

/** A server's packages in Debian and its relatives. */
export interface DebianPackages {
  /** The packages that hold the program, the one that names it first. */
  readonly packages: readonly string[]
  /** Path of the program inside them, for example `usr/bin/prometheus`. */
  readonly program: string
  /** Folders that the program looks for at a fixed place; it is made to look below its working directory. */
  readonly fixedFolders?: readonly string[]
}

/** Package lists older than this are fetched again. */
const LISTS_MS = 3_600_000

/**
 * Unpacks Debian packages into a folder without being root and without touching the system: `apt-get` works on lists and archives of our own, so it needs
 * no earlier `apt-get update`, and `dpkg-deb` only extracts. Missing library packages come along; maintainer scripts never run.
 */
export async function unpackDebian(wanted: DebianPackages, folder: string, context: InstallContext): Promise<Installation> {
  for (const tool of ['apt-get', 'dpkg-deb']) {
    if (programOnPath(tool, context.env) === undefined) throw new InstallError(`no Debian packages here (${tool} is not on PATH)`)
  }
  const apt = await Apt.open(context)
  const archives = join(folder, 'archives')
  await mkdir(archives, { recursive: true })
  context.report(`downloading Debian package ${wanted.packages[0]}`)
  const packages = await apt.withLibraries(wanted.packages)
  await apt.download(packages, archives)
  const files = await readdir(archives)
  for (const file of files) {
    const { code, output } = await run('dpkg-deb', ['--extract', join(archives, file), folder], { signal: context.signal })
    if (code !== 0) throw new InstallError(`Debian package ${file} could not be unpacked: ${lastLine(output)}`)
  }
  await rm(archives, { recursive: true })
  for (const path of wanted.fixedFolders ?? []) await relocate(join(folder, wanted.program), path)
  const own = files.find((file) => file.startsWith(`${wanted.packages[0]}_`))
  const version = decodeURIComponent(own?.split('_')[1] ?? '')
  const libraries = await libraryFolders(folder)
  return { program: wanted.program, libraries, origin: `Debian package ${wanted.packages[0]} ${version}` }
}

/** `apt-get` on folders of our own. */
class Apt {
  readonly #context: InstallContext
  readonly #root: string

  private constructor(context: InstallContext) {
    this.#context = context
    this.#root = join(context.cache, 'apt')
  }

  /** Lists are fetched once, whoever asks first; everybody else waits for that. */
  static async open(context: InstallContext): Promise<Apt> {
    const apt = new Apt(context)
    await mkdir(apt.#root, { recursive: true })
    await withLock(join(apt.#root, 'lock'), () => apt.#update(false), { signal: context.signal })
    return apt
  }

  /** The packages and those libraries they need that the system lacks, those of their web pages included. */
  async withLibraries(packages: readonly string[]): Promise<string[]> {
    const { code, output } = await this.#apt(['install', '--simulate', '--no-install-recommends', ...packages])
    if (code !== 0) throw new InstallError(`Debian package ${packages[0]} is not to be had: ${lastLine(output)}`)
    const missing = [...output.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '')
    const libraries = missing.filter((name) => /^(lib|fonts-|node-)/.test(name))
    return [...new Set([...packages, ...libraries])]
  }

  async download(packages: readonly string[], folder: string): Promise<void> {
    const args = ['download', ...packages]
    const first = await this.#apt(args, folder)
    if (first.code === 0) return
    // The archive may have moved on since the lists were fetched.
    await withLock(join(this.#root, 'lock'), () => this.#update(true), { signal: this.#context.signal })
    const second = await this.#apt(args, folder)
    if (second.code !== 0) throw new InstallError(`Debian package ${packages[0]} could not be downloaded: ${lastLine(second.output)}`)
  }

  async #update(force: boolean): Promise<void> {
    const stamp = join(this.#root, 'updated')
    const age = await stat(stamp).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => Infinity,
    )
    if (!force && age < LISTS_MS) return
    this.#context.report('fetching Debian package lists')
    for (const part of ['state/lists/partial', 'cache/archives/partial']) await mkdir(join(this.#root, part), { recursive: true })
    await writeFile(join(this.#root, 'apt.conf'), await this.#configuration())
    // A source that does not answer makes apt-get fail although the others are there: what matters is whether the package is found.
    const { code, output } = await this.#apt(['update'])
    if (code !== 0 && /No address|Temporary failure|Could not resolve/.test(output) && !/^(Get|Hit):/m.test(output))
      throw new InstallError(`the Debian archive cannot be reached: ${lastLine(output)}`)
    await writeFile(`${stamp}.new`, '')
    await rename(`${stamp}.new`, stamp)
  }

  /** The system's own settings for fetching (proxies above all), without its hooks, which are for root. */
  async #configuration(): Promise<string> {
    const { output } = await run('apt-config', ['dump', '--no-empty', 'Acquire'], { signal: this.#context.signal })
    const fetching = output.split('\n').filter((line) => line.startsWith('Acquire::') && !line.startsWith('Acquire::IndexTargets'))
    return [
      ...fetching,
      `Dir::State "${this.#root}/state";`,
      'Dir::State::status "/var/lib/dpkg/status";',
      `Dir::Cache "${this.#root}/cache";`,
      'Dir::Etc::Parts "/dev/null";',
      'Dir::Etc::Main "/dev/null";',
      'APT::Sandbox::User "root";',
      'Debug::NoLocking "true";',
      'Acquire::Languages { "none"; };',
      'Acquire::Retries "2";',
      'Acquire::http::Timeout "10";',
      'Acquire::https::Timeout "10";',
      '',
    ].join('\n')
  }

  #apt(args: readonly string[], cwd = this.#root): ReturnType<typeof run> {
    const env = { ...this.#context.env, APT_CONFIG: join(this.#root, 'apt.conf'), LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
    return run('apt-get', args, { cwd, env, signal: this.#context.signal, timeoutMs: 300_000 })
  }
}

async function libraryFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const folders = entries.filter(({ name }) => /\.so(\.\d+)*$/.test(name)).map(({ parentPath }) => relative(folder, parentPath))
  return [...new Set(folders)].filter((path) => existsSync(join(folder, path))).toSorted()
}
