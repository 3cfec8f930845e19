import { fork } from 'node:child_process'
import { mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { install, installedBefore } from '../../../../collector-processor/src/servers/install/install.ts'
import type { InstallContext } from '../../../../collector-processor/src/servers/install/installer.ts'
import { fakeServer, type ReleaseServer, serveRelease } from '../../../support/release-server.ts'

let server: ReleaseServer
let cache: string
let said: string[]
beforeEach(async () => {
  server = await serveRelease()
  cache = await mkdtemp(join(tmpdir(), 'pitwall-install-'))
  said = []
})
afterEach(async () => {
  await server.close()
  await rm(cache, { recursive: true, force: true })
})

const context = (env: InstallContext['env'] = {}): InstallContext => ({
  env: { PITWALL_DOWNLOAD_BASE: server.base, ...env },
  cache,
  report: (line) => said.push(line),
  signal: undefined,
})

describe('install', () => {
  it('installs once, and finds it again', async () => {
    expect(await installedBefore(fakeServer, cache)).toBeUndefined()
    const { installed, fresh } = await install(fakeServer, context())
    expect(fresh).toBe(true)
    expect(installed).toMatchObject({ source: 'download', program: join(cache, 'redis-1.2.3', 'fake-1.2.3', 'fake') })
    expect(await installedBefore(fakeServer, cache)).toEqual(installed)
    expect((await install(fakeServer, context())).fresh).toBe(false)
    expect(server.asked).toHaveLength(2)
    expect(await readdir(cache)).toEqual(['redis-1.2.3'])
  })

  it('downloads once for all who ask at the same time', async () => {
    const all = await Promise.all([1, 2, 3].map(() => install(fakeServer, context())))
    expect(all.filter(({ fresh }) => fresh)).toHaveLength(1)
    expect(server.asked).toHaveLength(2)
    expect(await readdir(cache)).toEqual(['redis-1.2.3'])
  })

  it('goes on when the folder of another installation is gone before it is looked at', async () => {
    await symlink(join(cache, 'renamed-meanwhile'), join(cache, '.installing-other-server'))
    expect((await install(fakeServer, context())).fresh).toBe(true)
  })

  it('leaves nothing behind when it fails, and lists what was tried', async () => {
    const goBuild = { files: {}, steps: [['no-such-command']], program: 'x', origin: 'x' }
    const nowhere = context({ PITWALL_DOWNLOAD_BASE: 'http://127.0.0.1:1', PATH: '/nowhere' })
    const debian = { packages: ['fake'], program: 'x' }
    const failed = install({ ...fakeServer, debian, goBuild }, nowhere)
    await expect(failed).rejects.toThrow(/^no official download \(127\.0\.0\.1 cannot be reached\), no Debian packages here \(.*\), .*Go/)
    expect(await readdir(cache)).toEqual([])
  })

  it('is not misled by what a killed installation left', async () => {
    const path = '/acme/fake/releases/download/v1.2.3/fake-1.2.3.tar.gz'
    const archive = server.answers[path]
    server.answers[path] = undefined
    const module = new URL('../../../../collector-processor/dist/servers/install/install.js', import.meta.url).href
    const script = join(cache, 'installer.mjs')
    await writeFile(
      script,
      `import { install } from ${JSON.stringify(module)}
       const release = { repository: 'acme/fake', version: '1.2.3', archive: () => 'fake-1.2.3.tar.gz', checksums: 'sums.txt', program: () => 'x' }
       await install({ name: 'redis', minimumVersion: '1.0.0', release }, {
         env: { PITWALL_DOWNLOAD_BASE: ${JSON.stringify(server.base)} }, cache: ${JSON.stringify(cache)}, report: (line) => process.send(line),
       })`,
    )
    const child = fork(script)
    await new Promise((message) => child.once('message', message))
    child.kill('SIGKILL')
    await new Promise((exit) => child.once('exit', exit))
    server.answers[path] = archive
    expect(await installedBefore(fakeServer, cache)).toBeUndefined()
    const abandoned = (await readdir(cache)).filter((name) => name.startsWith('.installing-'))
    expect(abandoned).toHaveLength(1)
    const longAgo = new Date(Date.now() - 7_200_000)
    for (const name of abandoned) await utimes(join(cache, name), longAgo, longAgo)
    expect((await install(fakeServer, context())).fresh).toBe(true)
    expect(await readdir(cache)).toEqual(['installer.mjs', 'redis-1.2.3'])
  })
})
