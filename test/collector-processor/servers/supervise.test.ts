import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SuperviseOptions, type Supervised, supervise } from '../../../collector-processor/src/servers/supervise.ts'
import { alive } from '../../support/alive.ts'
import { eventually } from '../../support/eventually.ts'

const dist = resolve(import.meta.dirname, '../../../collector-processor/dist/servers')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-supervise-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let logs = 0
function start(script: string, options: Partial<SuperviseOptions> = {}): Supervised {
  return supervise('/bin/sh', ['-c', script], { env: process.env, cwd: folder, log: join(folder, `${logs++}.log`), ...options })
}

describe('supervise', () => {
  it('runs the program itself under the process id that it names', async () => {
    const child = start('echo "I am $$"; exec sleep 60')
    const text = await eventually('the log', async () => (await child.logTail()) || undefined)
    expect(text).toBe(`I am ${child.pid}`)
    await child.stop()
    expect(alive(child.pid)).toBe(false)
    expect(child.ended()).toBe('SIGTERM')
  })

  it('says how a program ended by itself', async () => {
    const child = start('echo sorry; exit 7')
    await expect(child.end).resolves.toBe('exit code 7')
    expect(await child.logTail()).toBe('sorry')
    await child.stop()
  })

  it('ends a program that is frozen', async () => {
    const child = start('exec sleep 60')
    process.kill(child.pid, 'SIGSTOP')
    await child.stop()
    expect(alive(child.pid)).toBe(false)
  })

  it('kills a program that does not listen to SIGTERM', async () => {
    const child = start('trap "" TERM; echo up; while :; do sleep 0.1; done', { stopMs: 200 })
    await eventually('the program', async () => (await child.logTail()) === 'up')
    await child.stop()
    expect(child.ended()).toBe('SIGKILL')
  })

  it('keeps the log within its limit', async () => {
    const child = start('while :; do echo 0123456789012345678901234567890123456789; done', { logLimit: 50_000, logCheckMs: 20 })
    const size = async (): Promise<number> => (await stat(child.log)).size
    await eventually('a log that grows', async () => (await size()) > 50_000)
    await eventually('a log that starts again', async () => (await size()) < 50_000)
    await child.stop()
  })

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('leaves nothing behind when the parent is ended by %s', async (signal) => {
    const file = join(folder, `pid-${signal}`)
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { supervise } from ${JSON.stringify(`${dist}/supervise.js`)}
         import { writeFileSync } from 'node:fs'
         const child = supervise('/bin/sleep', ['300'], { env: process.env, cwd: '.', log: ${JSON.stringify(`${file}.log`)} })
         writeFileSync(${JSON.stringify(file)}, String(child.pid))
         setInterval(() => {}, 1000)`,
      ],
      { stdio: 'inherit' },
    )
    const pid = await eventually('the child', async () => existsSync(file) && Number(await readFile(file, 'utf8')))
    expect(alive(pid)).toBe(true)
    parent.kill(signal)
    await eventually('the end of the child', () => !alive(pid), { deadlineMs: 5_000 })
  })

  it('does not keep its own process alive', async () => {
    const parent = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { supervise } from ${JSON.stringify(`${dist}/supervise.js`)}
       supervise('/bin/sleep', ['300'], { env: process.env, cwd: '.', log: ${JSON.stringify(join(folder, 'forgotten.log'))} })`,
    ])
    const code = await new Promise((end) => parent.once('exit', end))
    expect(code).toBe(0)
  })
})
