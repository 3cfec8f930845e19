import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unpackDebian } from '../../../../collector-processor/src/servers/install/debian.ts'
import type { InstallContext } from '../../../../collector-processor/src/servers/install/installer.ts'
import { redis } from '../../../../collector-processor/src/servers/redis.ts'

const exec = promisify(execFile)
const NOBODY = 65_534
let cache: string
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'pitwall-debian-'))
  await chmod(cache, 0o777)
})
afterAll(() => rm(cache, { recursive: true, force: true }))

const context = (env: InstallContext['env'] = process.env): InstallContext => ({ env, cache, report: () => {}, signal: undefined })

describe('unpackDebian', () => {
  it('says what is missing on a system without Debian packages', async () => {
    const other = unpackDebian({ packages: ['redis-server'], program: 'x' }, join(cache, 'none'), context({ PATH: '/nowhere' }))
    await expect(other).rejects.toThrow('no Debian packages here (apt-get is not on PATH)')
  })

  // Elsewhere than on Debian and its relatives there is nothing more to test: servers come from PATH or a download.
  it.runIf(existsSync('/etc/debian_version'))(
    'unpacks a server and its libraries as a plain user, with package lists of its own',
    async () => {
      const script = `
        import { unpackDebian } from ${JSON.stringify(resolve(import.meta.dirname, '../../../../collector-processor/dist/servers/install/debian.js'))}
        const context = { env: process.env, cache: ${JSON.stringify(cache)}, report: () => {}, signal: undefined }
        const installation = await unpackDebian(${JSON.stringify(redis.debian)}, ${JSON.stringify(join(cache, 'redis'))}, context)
        console.log(JSON.stringify(installation))`
      const plain = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
      const { stdout } = await exec(process.execPath, ['--input-type=module', '-e', script], { ...plain, cwd: cache, timeout: 120_000 })
      const installation: { program: string; libraries: string[]; origin: string } = JSON.parse(stdout)
      expect(installation.origin).toMatch(/^Debian package redis-server \d:7\./)
      const libraries = installation.libraries.map((path) => join(cache, 'redis', path)).join(':')
      const run = await exec(join(cache, 'redis', installation.program), ['--version'], { env: { LD_LIBRARY_PATH: libraries } })
      expect(run.stdout).toContain('Redis server v=7.')
      expect(await readFile(join(cache, 'apt', 'apt.conf'), 'utf8')).not.toContain('Post-Invoke')
    },
    120_000,
  )

  it.runIf(existsSync('/etc/debian_version'))(
    'says in one sentence that there is no such package',
    async () => {
      const other = unpackDebian({ packages: ['pitwall-no-such-package'], program: 'x' }, join(cache, 'no'), context())
      await expect(other).rejects.toThrow(/^Debian package pitwall-no-such-package is not to be had: E: Unable to locate/)
    },
    120_000,
  )
})
