import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findProgram, type FoundProgram } from '../../../collector-processor/src/servers/find-program.ts'
import { fakeProgram, fakeServer, type ReleaseServer, serveRelease } from '../../support/release-server.ts'

let server: ReleaseServer
let folder: string
beforeEach(async () => {
  server = await serveRelease()
  folder = await mkdtemp(join(tmpdir(), 'pitwall-find-'))
  await mkdir(join(folder, 'bin'))
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function program(name: string, text: string): Promise<string> {
  const path = join(folder, 'bin', name)
  await writeFile(path, text)
  await chmod(path, 0o755)
  return path
}

function find(env: Record<string, string> = {}): Promise<FoundProgram> {
  const PATH = `${join(folder, 'bin')}:${process.env['PATH']}`
  return findProgram(fakeServer, { env: { PATH, PITWALL_CACHE_DIR: join(folder, 'cache'), PITWALL_DOWNLOAD_BASE: server.base, ...env } })
}

describe('findProgram', () => {
  it('takes the program that the environment names, whatever else there is', async () => {
    await program('fake', fakeProgram('1.5.0'))
    const mine = await program('mine', fakeProgram('9.9.9'))
    expect(await find({ PITWALL_FAKE: mine })).toMatchObject({ program: mine, version: '9.9.9', source: 'environment' })
  })

  it('does not go on silently when the environment names no program', async () => {
    await program('fake', fakeProgram('1.5.0'))
    await expect(find({ PITWALL_FAKE: '/nowhere/fake' })).rejects.toThrow('PITWALL_FAKE names /nowhere/fake, which is not a program')
    const mute = await program('mute', '#!/bin/sh\nexit 0\n')
    await expect(find({ PITWALL_FAKE: mute })).rejects.toThrow('does not tell its version')
  })

  it('takes a program on PATH before downloading one', async () => {
    const path = await program('fake', fakeProgram('1.5.0'))
    expect(await find()).toMatchObject({ program: path, version: '1.5.0', source: 'path' })
    expect(server.asked).toEqual([])
  })

  it('passes over a program on PATH that is too old, and says so when there is no other', async () => {
    await program('fake', fakeProgram('0.9.0'))
    await expect(find({ PITWALL_OFFLINE: '1' })).rejects.toThrow(
      /fake is version 0\.9\.0, at least 1\.0\.0 is needed, nothing was installed/,
    )
    expect(await find()).toMatchObject({ version: '1.2.3', source: 'download' })
  })

  it('takes what it installed before from the cache', async () => {
    expect(await find()).toMatchObject({ version: '1.2.3', source: 'download' })
    expect(await find({ PITWALL_OFFLINE: '1' })).toMatchObject({ version: '1.2.3', source: 'cache', origin: /, from the cache$/ })
  })

  it('installs anew what does not run any more', async () => {
    const { program: installed } = await find()
    await rm(installed)
    expect(await find()).toMatchObject({ version: '1.2.3', source: 'download' })
  })

  it('says in one sentence what was tried and what to do', async () => {
    await expect(find({ PITWALL_OFFLINE: '1' })).rejects.toThrow(
      'redis is not to be had: no fake on PATH, nothing was installed (PITWALL_OFFLINE is set); install fake 1 or newer, or set PITWALL_FAKE to the program.',
    )
  })
})
