import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildWithGo, type GoBuild } from '../../../../collector-processor/src/servers/install/go-build.ts'
import type { InstallContext } from '../../../../collector-processor/src/servers/install/installer.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-go-'))
  await mkdir(join(folder, 'bin'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const build: GoBuild = {
  files: { 'manifest.yaml': 'dist: fake\n' },
  steps: [['run', 'example.org/builder@v1.0.0', '--config', 'manifest.yaml'], ['version']],
  program: 'build/fake',
  origin: 'fake 1.0.0 built with Go',
}

async function withGo(script: string): Promise<InstallContext> {
  await writeFile(join(folder, 'bin', 'go'), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, 'bin', 'go'), 0o755)
  return { env: { PATH: `${join(folder, 'bin')}:${process.env['PATH']}` }, cache: folder, report: () => {}, signal: undefined }
}

describe('buildWithGo', () => {
  it('runs the steps in the folder, on the files that the build starts from', async () => {
    const work = join(folder, 'work')
    const installation = await buildWithGo(build, work, await withGo('echo "$@" >> arguments'))
    expect(installation).toEqual({ program: 'build/fake', libraries: [], origin: 'fake 1.0.0 built with Go' })
    expect(await readFile(join(work, 'arguments'), 'utf8')).toBe(
      'run example.org/builder@v1.0.0 --config manifest.yaml\nversion\nclean -modcache -cache\n',
    )
    expect(await readFile(join(work, 'manifest.yaml'), 'utf8')).toBe('dist: fake\n')
  })

  it('gives Go folders of its own when the user has none, and empties them afterwards', async () => {
    await buildWithGo(build, join(folder, 'work'), await withGo('echo "$1 $GOPATH" >> calls'))
    const own = join(folder, 'go')
    expect(await readFile(join(folder, 'work', 'calls'), 'utf8')).toBe(`run ${own}\nversion ${own}\nclean ${own}\n`)
  })

  it('leaves the folders of a user who has a home alone', async () => {
    const context = await withGo('echo "$1 $GOPATH" >> calls')
    await buildWithGo(build, join(folder, 'work'), { ...context, env: { ...context.env, HOME: folder } })
    expect(await readFile(join(folder, 'work', 'calls'), 'utf8')).toBe('run \nversion \n')
  })

  it('quotes the last line of a build that fails', async () => {
    const context = await withGo('echo compiling >&2; echo "missing go.sum entry" >&2; exit 1')
    await expect(buildWithGo(build, join(folder, 'work'), context)).rejects.toThrow('the build with Go failed: missing go.sum entry')
  })
})
