import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lastLine, run } from '../../../../collector-processor/src/servers/install/run.ts'
import { alive } from '../../../support/alive.ts'
import { eventually } from '../../../support/eventually.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-run-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('run', () => {
  it('gives exit code and output, of both streams', async () => {
    expect(await run('sh', ['-c', 'echo out; echo err >&2; exit 3'])).toEqual({
      code: 3,
      output: expect.stringMatching(/^(out\nerr|err\nout)\n$/),
    })
  })

  it('keeps the end of a long output', async () => {
    const { output } = await run('sh', ['-c', 'i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done'])
    expect(output.length).toBeLessThanOrEqual(65_536)
    expect(lastLine(output)).toBe('line 19999')
  })

  it('has an exit code other than 0 for a program that is not there', async () => {
    expect((await run('/nowhere/program', [])).code).not.toBe(0)
  })

  it('ends a program that takes too long, and says so', async () => {
    await expect(run('sleep', ['60'], { timeoutMs: 100 })).rejects.toThrow('sleep did not end within 0.1 s')
  })

  it('ends what the program started as well, when aborted', async () => {
    const file = join(folder, 'grandchild')
    const abort = new AbortController()
    const running = run('sh', ['-c', `sleep 60 & echo $! > ${file}; wait`], { signal: abort.signal })
    const ended = running.catch((error: unknown) => error)
    const pid = await eventually('the grandchild', async () => existsSync(file) && Number(await readFile(file, 'utf8')))
    abort.abort()
    expect(await ended).toMatchObject({ name: 'AbortError' })
    await eventually('its end', () => !alive(pid), { deadlineMs: 5_000 })
  })

  it('does not start when it is aborted already', async () => {
    await expect(run('sh', ['-c', 'exit 0'], { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
  })
})

describe('lastLine', () => {
  it('passes over blank lines', () => {
    expect(lastLine('one\ntwo\n\n  \n')).toBe('two')
    expect(lastLine('')).toBe('it printed nothing')
  })
})
