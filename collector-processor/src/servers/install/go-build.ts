import { accessSync, constants } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { programOnPath, runnable } from '../path.ts'
import { type InstallContext, InstallError, type Installation } from './installer.ts'
import { lastLine, run } from './run.ts'

/** A program that is built from Go modules. */
export interface GoBuild {
  /** Files that the build starts from, by name. */
  readonly files: Readonly<Record<string, string>>
  /** Arguments of `go`, one list a step. */
  readonly steps: readonly (readonly string[])[]
  /** Path of the program, below the folder that the steps run in. */
  readonly program: string
  /** What it is, in words. */
  readonly origin: string
}

const STEP_MS = 900_000

/** Builds a program with the Go toolchain of this machine: some minutes, once. Modules come through the user's own Go proxy settings. */
export async function buildWithGo(build: GoBuild, folder: string, context: InstallContext): Promise<Installation> {
  const go = programOnPath('go', context.env) ?? ['/usr/local/go/bin/go', '/opt/homebrew/bin/go'].find(runnable)
  if (go === undefined) throw new InstallError('no build from source (Go is not installed)')
  await mkdir(folder, { recursive: true })
  for (const [name, text] of Object.entries(build.files)) await writeFile(join(folder, name), text)
  context.report('building from source with Go, a few minutes, once')
  const own = ownFolders(context)
  const options = { cwd: folder, env: { ...context.env, ...own, GOWORK: 'off' }, signal: context.signal, timeoutMs: STEP_MS }
  for (const step of build.steps) {
    const { code, output } = await run(go, step, options)
    if (code !== 0) throw new InstallError(`the build with Go failed: ${lastLine(output)}`)
  }
  if (own !== undefined) await run(go, ['clean', '-modcache', '-cache'], options)
  return { program: build.program, libraries: [], origin: build.origin }
}

/** Go wants folders for modules and objects; for a user without a home of their own they are in our cache, and removed after the build. */
function ownFolders({ env, cache }: InstallContext): Readonly<Record<string, string>> | undefined {
  const home = env['HOME']
  if ((home !== undefined && writable(home)) || env['GOPATH'] !== undefined) return undefined
  return { GOPATH: join(cache, 'go'), GOCACHE: join(cache, 'go', 'objects') }
}

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
