import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programOnPath, runnable } from '../../../collector-processor/src/servers/path.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-path-'))
  await writeFile(join(folder, 'tool'), '#!/bin/sh\n')
  await chmod(join(folder, 'tool'), 0o755)
  await writeFile(join(folder, 'text'), 'not a program')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('programOnPath', () => {
  it('finds a program as a shell would', () => {
    expect(programOnPath('tool', { PATH: `/nowhere::${folder}` })).toBe(join(folder, 'tool'))
  })

  it('passes over files that cannot be run, and folders', () => {
    expect(programOnPath('text', { PATH: folder })).toBeUndefined()
    expect(runnable(folder)).toBe(false)
  })

  it('finds nothing without a PATH', () => {
    expect(programOnPath('tool', {})).toBeUndefined()
  })
})
