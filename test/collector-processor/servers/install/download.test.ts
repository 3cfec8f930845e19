import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { downloadRelease } from '../../../../collector-processor/src/servers/install/download.ts'
import type { InstallContext } from '../../../../collector-processor/src/servers/install/installer.ts'
import { fakeRelease, type ReleaseServer, serveRelease } from '../../../support/release-server.ts'

let server: ReleaseServer
let folder: string
let said: string[]
beforeEach(async () => {
  server = await serveRelease()
  folder = await mkdtemp(join(tmpdir(), 'pitwall-download-'))
  said = []
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const context = (env: InstallContext['env'] = {}): InstallContext => ({
  env: { PITWALL_DOWNLOAD_BASE: server.base, ...env },
  cache: folder,
  report: (line) => said.push(line),
  signal: undefined,
})
const archivePath = '/acme/fake/releases/download/v1.2.3/fake-1.2.3.tar.gz'
const sumsPath = '/acme/fake/releases/download/v1.2.3/sums.txt'

describe('downloadRelease', () => {
  it('unpacks an archive whose checksum is the published one', async () => {
    const installation = await downloadRelease(fakeRelease, folder, context())
    expect(existsSync(join(folder, installation.program))).toBe(true)
    expect(installation.origin).toMatch(/^official release 1\.2\.3 of 127\.0\.0\.1:\d+\/acme\/fake$/)
    expect(await readdir(folder)).toEqual(['fake-1.2.3'])
    expect(said.at(-1)).toMatch(/^downloading 1\.2\.3 from .*, 100 %$/)
  })

  it('refuses an archive whose checksum is another, and unpacks nothing', async () => {
    server.answers[archivePath] = Buffer.from('something else')
    await expect(downloadRelease(fakeRelease, folder, context())).rejects.toThrow(
      /was refused: its SHA-256 is \w{12}…, published is \w{12}…/,
    )
    expect(existsSync(join(folder, 'fake-1.2.3'))).toBe(false)
  })

  it('downloads nothing that has no published checksum', async () => {
    server.answers[sumsPath] = 'nothing of interest\n'
    await expect(downloadRelease(fakeRelease, folder, context())).rejects.toThrow(/has no checksum of fake-1\.2\.3\.tar\.gz/)
    expect(server.asked).toEqual([sumsPath])
  })

  it('says which address answered with an error', async () => {
    delete server.answers[archivePath]
    await expect(downloadRelease(fakeRelease, folder, context())).rejects.toThrow(/fake-1\.2\.3\.tar\.gz answered 404/)
  })

  it('says when what it got is no archive', async () => {
    server.answers[archivePath] = Buffer.from('text')
    server.answers[sumsPath] = '982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1  fake-1.2.3.tar.gz\n'
    await expect(downloadRelease(fakeRelease, folder, context())).rejects.toThrow(/could not be unpacked/)
  })

  it('says at once, the second time, that a host cannot be reached', async () => {
    const nowhere = { PITWALL_DOWNLOAD_BASE: 'http://127.0.0.1:1' }
    await expect(downloadRelease(fakeRelease, folder, context(nowhere))).rejects.toThrow('127.0.0.1 cannot be reached')
    await expect(downloadRelease(fakeRelease, folder, context(nowhere))).rejects.toThrow('127.0.0.1 cannot be reached')
  })

  it('stops when aborted', async () => {
    server.answers[archivePath] = undefined
    const abort = new AbortController()
    const aborting = { ...context(), signal: abort.signal, report: () => abort.abort() }
    await expect(downloadRelease(fakeRelease, folder, aborting)).rejects.toThrow(/abort/i)
  })
})
