import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkLocal, createFile, currentFile, defaultFolders, removeOthers, usableFolder } from '../../../../sdk/src/cache/file/place.ts'
import { temporaryFolder } from './stores.ts'

describe('the place of a cache file', () => {
  let folder = ''
  let remove: () => void = () => {}
  beforeEach(() => ({ folder, remove } = temporaryFolder()))
  afterEach(() => remove())

  it('is in the user’s cache directory, else in the temporary one', () => {
    const temporary = join(tmpdir(), `pitwall-entries-${process.getuid?.()}`)
    expect(defaultFolders({ XDG_CACHE_HOME: '/cache', HOME: '/home/me' })).toEqual(['/cache/pitwall/entries', temporary])
    expect(defaultFolders({ HOME: '/home/me' })).toEqual(['/home/me/.cache/pitwall/entries', temporary])
    expect(defaultFolders({})).toEqual([temporary])
  })

  it('is the first folder that can be used, made for the user alone', () => {
    writeFileSync(join(folder, 'a file'), '')
    const made = join(folder, 'made', 'for us')
    expect(usableFolder([join(folder, 'a file'), made], true)).toBe(made)
    expect(statSync(made).mode & 0o777).toBe(0o700)
  })

  it('is not a folder that others could put entries into, unless the user has chosen it', () => {
    const open = join(folder, 'open')
    mkdirSync(open)
    const link = join(folder, 'link')
    mkdirSync(join(folder, 'elsewhere'), { mode: 0o777 })
    symlinkSync(join(folder, 'elsewhere'), link)
    for (const path of [link]) expect(() => usableFolder([path], true)).toThrow('belongs to another user, or others may write there')
    expect(usableFolder([open], false)).toBe(open)
  })

  it('is not on a file system that other hosts may have mounted too', () => {
    const EXT4 = 0xef53
    const NFS = 0x6969
    const CIFS = 0xff534d42
    expect(() => checkLocal('/here', EXT4)).not.toThrow()
    if (process.platform !== 'linux') return
    expect(() => checkLocal('/here', NFS)).toThrow('/here is on NFS, not on a disk of this host')
    expect(() => checkLocal('/here', CIFS)).toThrow('SMB')
    expect(() => checkLocal('/here', CIFS | 0), 'as some systems have it').toThrow('SMB')
  })

  it('has one file that counts, the last one made, and no name twice', () => {
    expect(currentFile(folder)).toBeUndefined()
    const first = createFile(folder)
    const second = createFile(folder)
    expect(second).not.toBe(first)
    expect(currentFile(folder)).toBe(second)
    expect(removeOthers(folder, second)).toBe(false)
    expect(readdirSync(folder)).toEqual([second])
  })

  it('removes nothing that is not ours', () => {
    const others = ['notes.db', 'pitwall.db', 'pitwall-1-2-3.db', 'pitwall-1-000000001-abc.db', 'x-pitwall-1-000000001-abcdefghijk.db']
    for (const name of others) writeFileSync(join(folder, name), 'not ours')
    const current = createFile(folder)
    expect(currentFile(folder)).toBe(current)
    removeOthers(folder, current)
    expect(readdirSync(folder).toSorted()).toEqual([...others, current].toSorted())
  })
})
