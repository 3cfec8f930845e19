import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ProcessSummary } from '../../../sdk/src/contract/index.ts'
import { overhead } from '../../../sdk/src/sampling/overhead.ts'
import { keepSummary } from '../../../sdk/src/summary/keep-summary.ts'
import { ManualClock } from '../../support/clock.ts'

it('keeps one file for this process, soon after the start and then every second, and no more once the folder is gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pitwall-summary-'))
  const clock = new ManualClock()
  keepSummary(folder, clock)
  expect(await readdir(folder)).toEqual([])
  clock.advance(100)
  const files = await readdir(folder)
  expect(files).toEqual([expect.stringMatching(new RegExp(`^${process.pid}-\\d+-\\d+\\.live$`))])
  const read = async (): Promise<ProcessSummary> => JSON.parse(await readFile(join(folder, files[0] ?? ''), 'utf8'))
  const first = await read()
  expect(first).toMatchObject({ pid: process.pid, ended: false })
  clock.advance(999)
  expect(await read()).toEqual(first)
  clock.advance(1)
  expect((await read()).lived).toBeGreaterThan(first.lived)
  await rm(folder, { recursive: true })
  clock.advance(10_000)
  const spent = overhead.ofLayer('summary')
  clock.advance(10_000)
  expect(overhead.ofLayer('summary')).toBe(spent)
})
