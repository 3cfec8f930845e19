import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { programOnPath, runnable } from '../path.ts'
import { type InstallContext, InstallError, type Installation } from './installer.ts'
import { lastLine, run } from './run.ts'

/** A program that a Go tool builds from one manifest. */
export interface GoBuild {
  /** Package of the building tool with its version, for `go run`. */
  readonly tool: string
  /** What the tool gets, as text; written to `manifest.yaml` beside the build. */
  readonly manifest: () => string
  readonly args: readonly string[]
  /** Path of the program, below the folder that the tool runs in. */
  readonly program: string
  readonly origin: string
}

const BUILD_MS = 900_000

/** Builds a program with the Go toolchain of this machine: some minutes, once. Modules come through the user's own Go proxy settings. */
export async function buildWithGo(build: GoBuild, folder: string, context: InstallContext): Promise<Installation> {
  const go = programOnPath('go', context.env) ?? ['/usr/local/go/bin/go', '/opt/homebrew/bin/go'].find(runnable)
  if (go === undefined) throw new InstallError('no build from source (Go is not installed)')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'manifest.yaml'), build.manifest())
  context.report('building from source with Go, a few minutes, once')
  const { code, output } = await run(go, ['run', build.tool, ...build.args], {
    cwd: folder,
    env: goEnvironment(context),
    signal: context.signal,
    timeoutMs: BUILD_MS,
  })
  if (code !== 0) throw new InstallError(`the build with Go failed: ${lastLine(output)}`)
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
