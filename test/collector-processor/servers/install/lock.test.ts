import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withLock } from '../../../../collector-processor/src/servers/install/lock.ts'
import { eventually } from '../../../support/eventually.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-lock-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('withLock', () => {
  it('lets one in at a time', async () => {
    let inside = 0
    let most = 0
    const work = async (): Promise<void> => {
      inside++
      most = Math.max(most, inside)
      await setImmediate()
      inside--
    }
    await Promise.all(Array.from({ length: 5 }, () => withLock(join(folder, 'one'), work)))
    expect(most).toBe(1)
  })

  it('is free again after a failure', async () => {
    await expect(withLock(join(folder, 'failing'), () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await expect(withLock(join(folder, 'failing'), async () => 'yes')).resolves.toBe('yes')
  })

  it('waits for another process, and says so', async () => {
    const path = join(folder, 'other')
    const module = resolve(import.meta.dirname, '../../../../collector-processor/dist/servers/install/lock.js')
    const other = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { withLock } from ${JSON.stringify(module)}
       await withLock(${JSON.stringify(path)}, () => new Promise((end) => process.stdin.once('data', end)))
       process.exit()`,
    ])
    await eventually('the lock of the other process', () => existsSync(path))
    let waited = 0
    const mine = withLock(path, async () => 'mine', { onWait: () => waited++ || other.stdin.write('go\n') })
    await expect(mine).resolves.toBe('mine')
    expect(waited).toBeGreaterThan(0)
  })

  it('takes over at once from a process that was killed', async () => {
    const path = join(folder, 'killed')
    await mkdir(path)
    const killed = spawn(process.execPath, ['-e', ''])
    await new Promise((exit) => killed.once('exit', exit))
    await writeFile(join(path, 'owner'), `${killed.pid}`)
    await expect(withLock(path, async () => 'mine')).resolves.toBe('mine')
  })

  it('takes over from a holder of another machine or container that has gone quiet', async () => {
    const path = join(folder, 'stale')
    await mkdir(path)
    const longAgo = new Date(Date.now() - 60_000)
    await utimes(path, longAgo, longAgo)
    await expect(withLock(path, async () => 'mine')).resolves.toBe('mine')
  })

  it('stops waiting when aborted', async () => {
    const path = join(folder, 'aborted')
    await mkdir(path)
    const abort = new AbortController()
    const mine = withLock(path, async () => 'mine', { signal: abort.signal, onWait: () => abort.abort() })
    await expect(mine).rejects.toThrow(/abort/i)
  })
})
