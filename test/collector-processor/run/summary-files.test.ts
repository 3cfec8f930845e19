import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { takeSummaries } from '../../../collector-processor/src/run/summary-files.ts'
import type { ProcessSummary } from '../../../sdk/src/contract/index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-summaries-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const summary = (pid: number, ended: boolean): ProcessSummary => ({
  pid,
  threadId: 0,
  command: 'node',
  startedAt: 0,
  lived: 1,
  active: 0.5,
  waiting: 0.5,
  ended,
  points: [],
})
const put = (pid: number, ended: boolean) =>
  writeFile(join(folder, `${pid}-0-1.${ended ? 'json' : 'live'}`), JSON.stringify(summary(pid, ended)))

async function take(which: 'ended' | 'all', alive: readonly number[] = []): Promise<number[]> {
  const taken: number[] = []
  await takeSummaries(
    folder,
    which,
    ({ pid }) => taken.push(pid),
    (pid) => alive.includes(pid),
  )
  return taken.toSorted()
}

describe('summaries of processes', () => {
  it('are taken once, when their process has ended or was killed, and not while it runs', async () => {
    await Promise.all([put(1, true), put(2, false), put(3, false)])
    expect(await take('ended', [1, 3])).toEqual([1, 2])
    expect(await take('ended', [3])).toEqual([])
    expect(await take('all', [3])).toEqual([3])
    expect(await readdir(folder)).toEqual([])
  })

  it('are left out where they are none, are only partly written, or too large', async () => {
    await Promise.all([
      writeFile(join(folder, '4-0-1.json'), '{ "pid": 4 }'),
      writeFile(join(folder, '5-0-1.json'), JSON.stringify(summary(5, true)).slice(0, 20)),
      writeFile(join(folder, '6-0-1.json'), JSON.stringify(summary(6, true)) + ' '.repeat(9 * 2 ** 20)),
      writeFile(join(folder, '7-0-1.part'), JSON.stringify(summary(7, true))),
      put(8, true),
    ])
    expect(await take('all')).toEqual([8])
  })
})
