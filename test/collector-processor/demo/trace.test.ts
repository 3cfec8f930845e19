import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UsageError } from '../../../collector-processor/src/commands/command.ts'
import { functionOf, readTrace } from '../../../collector-processor/src/demo/trace.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trace-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(content: string | Uint8Array): Promise<string> {
  const path = join(folder, 'some.tsv')
  await writeFile(path, content)
  return path
}

describe('readTrace', () => {
  test('reads what the columns say, whichever of them are known', async () => {
    const path = await file('0\t7\t512\t30\tsession-1\n-\tsearch:1\n12\t7\t-\t-\t-\n')
    const { requests, more } = await readTrace(path)
    expect(requests).toEqual([{ atMs: 0, key: '7', costMs: 30, agent: 'session-1' }, { key: 'search:1' }, { atMs: 12, key: '7' }])
    expect(more).toBe(false)
  })

  test('reads compressed files, whatever they are called', async () => {
    const path = await file(gzipSync('0\t1\n1\t2\n'))
    expect((await readTrace(path)).requests).toHaveLength(2)
  })

  test('reads lines that end as Windows ends them', async () => {
    const path = await file('0\t1\r\n1\t2\r\n')
    expect((await readTrace(path)).requests.map((request) => request.key)).toEqual(['1', '2'])
  })

  test('stops at the limit and says that there is more', async () => {
    const path = await file('-\t1\n-\t2\n-\t3\n')
    expect(await readTrace(path, 2)).toEqual({ requests: [{ key: '1' }, { key: '2' }], more: true })
    expect((await readTrace(path, 3)).more).toBe(false)
  })

  test.each([
    ['0\t1\nhello\n', /line 2: the key is missing/],
    ['0\t-\n', /line 1: the key is missing/],
    ['x\t1\n', /line 1: timestamp_ms is 'x', but must be a number of 0 or more, or -\./],
    ['0\t1\t10\t-5\n', /line 1: cost_ms is '-5'/],
    ['', /holds no requests/],
  ])('says in one sentence what is wrong with %j', async (content, message) => {
    const error = await readTrace(await file(content)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UsageError)
    expect(String(error)).toMatch(message)
    expect(String(error)).not.toContain('\n')
  })

  test('says so when there is no such file, and when the file is broken', async () => {
    await expect(readTrace(join(folder, 'none.tsv'))).rejects.toThrow(/none\.tsv cannot be read as a trace: ENOENT/)
    const broken = gzipSync('0\t1\n'.repeat(1_000)).subarray(0, 30)
    await expect(readTrace(await file(broken))).rejects.toThrow(/cannot be read as a trace: unexpected end of file/)
  })
})

test('the part before the colon is the function', () => {
  expect(functionOf('get_user:12')).toBe('get_user')
  expect(functionOf('12')).toBeUndefined()
  expect(functionOf(':12')).toBeUndefined()
})
