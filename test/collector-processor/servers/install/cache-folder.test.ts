import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cacheFolder } from '../../../../collector-processor/src/servers/install/cache-folder.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'pitwall-home-'))
  await writeFile(join(home, 'file'), '')
})
afterAll(() => rm(home, { recursive: true, force: true }))

describe('cacheFolder', () => {
  it('is the one that the user names', () => {
    expect(cacheFolder({ PITWALL_CACHE_DIR: join(home, 'mine'), XDG_CACHE_HOME: home, HOME: home })).toBe(join(home, 'mine'))
  })

  it('is below XDG_CACHE_HOME, else below the home folder', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: join(home, 'xdg'), HOME: home })).toBe(join(home, 'xdg', 'pitwall'))
    expect(cacheFolder({ HOME: home })).toBe(join(home, '.cache', 'pitwall'))
  })

  it('is in the temporary folder for a user without a home', () => {
    expect(cacheFolder({ HOME: join(home, 'file') })).toMatch(/pitwall-cache-\d+$/)
    expect(cacheFolder({})).toMatch(/pitwall-cache-\d+$/)
  })
})
