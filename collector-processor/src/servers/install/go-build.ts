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
  for (const step of build.steps) {
    const { code, output } = await run(go, step, { cwd: folder, env: goEnvironment(context), signal: context.signal, timeoutMs: STEP_MS })
    if (code !== 0) throw new InstallError(`the build with Go failed: ${lastLine(output)}`)
  }
  return { program: build.program, libraries: [], origin: build.origin }
}

/** Go wants folders for modules and objects; a user without a home of their own has none. */
function goEnvironment({ env, cache }: InstallContext): Record<string, string | undefined> {
  const homeless = env['HOME'] === undefined || cache !== join(env['HOME'], '.cache', 'pitwall')
  const ownFolders = homeless && env['GOPATH'] === undefined && env['GOMODCACHE'] === undefined && env['GOCACHE'] === undefined
  return {
    ...env,
    GOWORK: 'off',
    ...(ownFolders ? { GOPATH: join(cache, 'go'), GOCACHE: join(cache, 'go', 'build-cache') } : {}),
  }
}
