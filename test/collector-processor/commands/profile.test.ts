import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { startPreloaded } from '../../support/agent-process.ts'
import { alive } from '../../support/alive.ts'
import { firstFunction } from '../../support/pprof.ts'

const pitwall = resolve(import.meta.dirname, '../../../collector-processor/bin/pitwall.js')

/** After an `await` V8 cannot make the function a part of its caller, to whom all its time would go then. */
const rank = `async function rank(words) { await undefined; let sum = 0; for (let word = 0; word < words; word++) sum += Math.sqrt(word); return sum }`
const busy = `${rank}; setInterval(() => rank(5_000_000), 1); setTimeout(() => console.log('ready'), 300)`

describe('pitwall profile', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitwall-command-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  /** Runs the command in a folder of its own, where temporary files go as well. */
  function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    return new Promise((done) => {
      execFile(
        process.execPath,
        [pitwall, 'profile', ...args],
        { cwd: folder, env: { ...process.env, TMPDIR: folder } },
        (error, out, err) => done({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      )
    })
  }

  async function program(name: string, text: string): Promise<string> {
    await writeFile(join(folder, name), text)
    return `'${process.execPath}' ${name}`
  }

  it('starts a program and profiles it from its first line to its end, short as it is', async () => {
    const command = await program('short.mjs', `${rank}\nfor (let call = 0; call < 60; call++) await rank(3_000_000)\nconsole.log('done')`)
    const { code, out, err } = await run('--cmd', command, '--output', 'short.pb.gz')
    expect([code, err]).toEqual([0, 'Look at it: go tool pprof -http=: short.pb.gz, or https://www.speedscope.app\n'])
    expect(out).toMatch(/^done\nshort\.pb\.gz: \d\.\d\d s of CPU of process \d+\n$/)
    expect(firstFunction(join(folder, 'short.pb.gz'))).toBe('rank')
  })

  it('ends what it started when the time is over, and leaves nothing else behind', async () => {
    const command = await program('long.mjs', `${busy}; console.log(process.pid)`)
    const { code, out } = await run('--cmd', command, '--seconds', '0.6', '--folded')
    const [pid = ''] = out.split('\n')
    expect([code, alive(Number(pid))]).toEqual([0, false])
    expect(await readFile(join(folder, `cpu-${pid}.folded`), 'utf8')).toMatch(/rank \(long\.mjs:1\) \d+$/m)
    expect((await readdir(folder)).toSorted()).toEqual([`cpu-${pid}.folded`, 'long.mjs'])
  })

  it('says which of several processes it shows, and shows the busiest', async () => {
    await program('child.mjs', `${rank}\nfor (let call = 0; call < 60; call++) await rank(3_000_000)`)
    const command = await program('parent.mjs', `import { spawn } from 'node:child_process'\nspawn(process.execPath, ['child.mjs'])`)
    const { code, err } = await run('--cmd', command, '--output', 'x.pb.gz')
    expect(code).toBe(0)
    expect(err).toMatch(/^2 processes ran; this is the busiest, \d+\.$/m)
    expect(firstFunction(join(folder, 'x.pb.gz'))).toBe('rank')
  })

  it('asks a process that listens, which goes on afterwards', async () => {
    const agent = startPreloaded(busy, { TMPDIR: folder, PITWALL_PROFILE_SIGNAL: 'SIGUSR2', OTEL_METRICS_EXPORTER: 'none' })
    onTestFinished(() => void agent.child.kill('SIGKILL'))
    await agent.printed('ready')
    const { code } = await run(String(agent.child.pid), '--seconds', '0.6', '--output', 'y.pb.gz')
    expect([code, agent.child.exitCode, agent.child.signalCode]).toEqual([0, null, null])
    expect(firstFunction(join(folder, 'y.pb.gz'))).toBe('rank')
  })

  it('tells what a process allocates, where that is asked for', async () => {
    const garbage = `async function parse(words) { await undefined; const list = []; for (let word = 0; word < words; word++) list.push({ word, list }); return list }`
    const agent = startPreloaded(`${garbage}; setInterval(() => parse(20_000), 1); setTimeout(() => console.log('ready'), 300)`, {
      TMPDIR: folder,
      PITWALL_PROFILE_SIGNAL: 'SIGUSR2',
      OTEL_METRICS_EXPORTER: 'none',
    })
    onTestFinished(() => void agent.child.kill('SIGKILL'))
    await agent.printed('ready')
    const { pid } = agent.child
    const { code, out } = await run(String(pid), '--heap', '--seconds', '0.6')
    expect([code, out.replace(/[\d.]+ MB/, 'N MB')]).toEqual([0, `heap-${pid}.pb.gz: N MB allocated of process ${pid}\n`])
    const command = await program('short.mjs', `${garbage}\nfor (let call = 0; call < 60; call++) await parse(20_000)`)
    await run('--cmd', command, '--heap', '--folded', '--output', 'short.folded')
    const lines = (await readFile(join(folder, 'short.folded'), 'utf8')).trim().split('\n')
    const bytesOf = (line: string) => Number(line.split(' ').at(-1))
    const [most] = lines.toSorted((one, other) => bytesOf(other) - bytesOf(one))
    expect(most).toMatch(/;parse \(short\.mjs:1\) \d+$/)
    expect((await readdir(folder)).toSorted().slice(0, 1)).toEqual([`heap-${pid}.pb.gz`])
  })

  it('does not signal a process that does not listen, though another of its number once did', async () => {
    const agent = startPreloaded(busy, { OTEL_METRICS_EXPORTER: 'none' })
    onTestFinished(() => void agent.child.kill('SIGKILL'))
    await agent.printed('ready')
    const { pid } = agent.child
    await run(String(pid)).then(({ code, err }) => {
      expect(code).toBe(2)
      expect(err).toMatch(/^pitwall profile: process \d+ does not listen\. Start it with PITWALL_PROFILE_SIGNAL=SIGUSR2 .*\.\n$/)
    })
    const marks = join(folder, `pitwall-profile-${process.getuid?.()}`)
    await mkdir(marks)
    await writeFile(join(marks, String(pid)), '')
    expect((await run(String(pid))).code).toBe(2)
    expect(alive(pid ?? 0)).toBe(true)
  })

  it('says in one sentence what cannot be profiled, and that no profile came', async () => {
    const sentences = await Promise.all([
      run(),
      run('agent.js'),
      run('4194303'),
      run('1', '--seconds', 'soon'),
      run('--cmd', 'true'),
      run('1', '--cmd', 'true'),
    ])
    expect(sentences.map(({ code, err }) => [code, err.split('\n').length])).toEqual([
      ...Array.from({ length: 4 }, () => [2, 2]),
      [1, 2],
      [2, 2],
    ])
    expect(sentences[4]?.err).toMatch(/^pitwall profile: there is no profile: no Node\.js process answered/)
  })
})
