import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { relocate } from '../../../../collector-processor/src/servers/install/relocate.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-relocate-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('relocate', () => {
  it('makes every occurrence relative and keeps all lengths', async () => {
    const program = join(folder, 'program')
    await writeFile(program, 'a\0/usr/share/x/data\0b/usr/share/x/data/ui/\0/usr/share/x/other')
    expect(await relocate(program, '/usr/share/x/data')).toBe(2)
    expect(await readFile(program, 'utf8')).toBe('a\0usr/share/x//data\0busr/share/x//data/ui/\0/usr/share/x/other')
  })

  it('leaves a program without the path alone', async () => {
    const program = join(folder, 'other')
    await writeFile(program, 'nothing here')
    expect(await relocate(program, '/usr/share/x')).toBe(0)
    expect(await readFile(program, 'utf8')).toBe('nothing here')
  })
})
