import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { excess, profileName, ProfileRing } from '../../../sdk/src/profiles/profile-ring.ts'

describe('the folder of the latest profiles', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitwall-ring-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('names the oldest files that have to go, and no more of them than that', () => {
    const file = fc.record({ name: fc.string({ minLength: 1, maxLength: 4 }), bytes: fc.integer({ min: 0, max: 100 }) })
    const bounds = fc.record({ maxBytes: fc.integer({ min: 0, max: 300 }), maxFiles: fc.integer({ min: 0, max: 10 }) })
    fc.assert(
      fc.property(fc.uniqueArray(file, { selector: ({ name }) => name, maxLength: 20 }), bounds, (files, limit) => {
        const gone = new Set(excess(files, limit))
        const kept = files.filter(({ name }) => !gone.has(name)).toSorted((one, other) => (one.name < other.name ? -1 : 1))
        const sum = kept.reduce((total, { bytes }) => total + bytes, 0)
        expect(kept.length).toBeLessThanOrEqual(limit.maxFiles)
        expect(sum).toBeLessThanOrEqual(limit.maxBytes)
        const newestGone = files.filter(({ name }) => gone.has(name)).toSorted((one, other) => (one.name < other.name ? 1 : -1))[0]
        if (newestGone === undefined) return
        expect(kept.every(({ name }) => name > newestGone.name)).toBe(true)
        expect(kept.length + 1 > limit.maxFiles || sum + newestGone.bytes > limit.maxBytes).toBe(true)
      }),
    )
  })

  it('keeps the newest within its bounds, and never holds more', async () => {
    const ring = new ProfileRing(folder, { maxBytes: 350, maxFiles: 5 })
    for (let second = 0; second < 10; second++) {
      await ring.write(profileName(second * 1_000), Buffer.alloc(100, second))
      expect((await readdir(folder)).length).toBeLessThanOrEqual(3)
    }
    const times = (await readdir(folder)).toSorted().map((name) => name.slice(0, 28))
    expect(times).toEqual(['07', '08', '09'].map((second) => `cpu-1970-01-01T00-00-${second}.000Z`))
  })

  it('is shared by processes that write at the same time: no file is lost or damaged', async () => {
    const rings = [0, 1, 2, 3].map(() => new ProfileRing(folder, { maxBytes: 1e6, maxFiles: 100 }))
    await Promise.all(rings.flatMap((ring, index) => [1, 2, 3].map(() => ring.write(profileName(5_000), Buffer.alloc(1_000, index)))))
    const names = await readdir(folder)
    expect(names).toHaveLength(12)
    for (const name of names) expect(new Set(await readFile(join(folder, name))).size).toBe(1)
  })

  it('removes what a process left that died while writing, but neither what is being written nor files of others', async () => {
    const old = new Date(Date.now() - 120_000)
    await writeFile(join(folder, '.cpu-old.tmp'), 'half')
    await utimes(join(folder, '.cpu-old.tmp'), old, old)
    await writeFile(join(folder, '.cpu-new.tmp'), 'half')
    await writeFile(join(folder, 'notes.txt'), 'mine')
    await new ProfileRing(folder, { maxBytes: 0, maxFiles: 0 }).prune(0)
    expect((await readdir(folder)).toSorted()).toEqual(['.cpu-new.tmp', 'notes.txt'])
  })

  it('makes its folder, and says when it cannot', async () => {
    await new ProfileRing(join(folder, 'a/b'), { maxBytes: 1e6, maxFiles: 9 }).write('cpu-1.pb.gz', Buffer.from('x'))
    expect(await readdir(join(folder, 'a/b'))).toEqual(['cpu-1.pb.gz'])
    await writeFile(join(folder, 'file'), '')
    await expect(new ProfileRing(join(folder, 'file'), { maxBytes: 1, maxFiles: 1 }).prune(0)).rejects.toThrow('EEXIST')
  })
})
