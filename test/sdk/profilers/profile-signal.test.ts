import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { startPreloaded } from '../../support/agent-process.ts'
import { eventually } from '../../support/eventually.ts'
import { firstFunction } from '../../support/pprof.ts'

/** After an `await` V8 cannot make the function a part of its caller, to whom all its time would go then. */
const busy = `
  async function rank(words) { await undefined; let sum = 0; for (let word = 0; word < words; word++) sum += Math.sqrt(word); return sum }
  setInterval(() => rank(5_000_000), 1)
  setTimeout(() => console.log('ready'), 300)
`

describe('a CPU profile on a signal', () => {
  let folder = ''
  let env: Record<string, string> = {}
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitwall-signal-'))
    // A folder for temporary files of its own keeps tests apart.
    env = { TMPDIR: folder, OTEL_METRICS_EXPORTER: 'none', PITWALL_PROFILE_SIGNAL: 'SIGUSR2' }
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const requestFolder = async () => (await readdir(folder)).find((name) => name.startsWith('pitwall-profile')) ?? ''

  /** Leaves a request for a process, as `pitwall profile` does. */
  async function request(pid: number | undefined, wish: object): Promise<void> {
    const name = await requestFolder()
    await writeFile(join(folder, name, `${pid}.json`), JSON.stringify(wish))
  }

  it('is taken as long as was asked for, and put where was asked for, time after time', async () => {
    const agent = startPreloaded(busy, env)
    onTestFinished(() => void agent.child.kill('SIGKILL'))
    await agent.printed('ready')
    for (const answers of ['first', 'second'].map((name) => join(folder, name))) {
      await mkdir(answers)
      await request(agent.child.pid, { seconds: 0.5, format: 'pprof', folder: answers })
      agent.signal('SIGUSR2')
      const name = await eventually('the profile', async () => (await readdir(answers)).find((file) => file.endsWith('.pb.gz')))
      expect(name).toBe(`${Number.parseInt(name)}-${agent.child.pid}.pb.gz`)
      expect(Number.parseInt(name)).toBeLessThan(2_000)
      expect(firstFunction(join(answers, name))).toBe('rank')
    }
  })

  it('is written when the process ends before the time is over', async () => {
    const agent = startPreloaded(`${busy} process.on('SIGUSR2', () => setTimeout(() => process.exit(4), 400))`, env)
    onTestFinished(() => void agent.child.kill('SIGKILL'))
    await agent.printed('ready')
    await request(agent.child.pid, { seconds: 60, format: 'folded', folder: join(folder, 'answers') })
    agent.signal('SIGUSR2')
    expect(await agent.end).toMatchObject({ code: 4, stderr: '' })
    expect(await readdir(join(folder, 'answers'))).toEqual([expect.stringMatching(/^\d+-\d+\.folded$/)])
    // The mark goes with the process.
    expect(await readdir(join(folder, await requestFolder()))).toEqual([])
  })

  it('is not taken where nobody asked for it: the signal ends the process, as process managers rely on', async () => {
    const agent = startPreloaded(busy, { OTEL_METRICS_EXPORTER: 'none' })
    onTestFinished(() => void agent.child.kill('SIGKILL'))
    await agent.printed('ready')
    agent.signal('SIGUSR2')
    expect(await agent.end).toMatchObject({ code: null, signal: 'SIGUSR2', stderr: '' })
  })

  it('is not listened for on another signal, and says which one it is', async () => {
    const agent = startPreloaded(busy, { ...env, PITWALL_PROFILE_SIGNAL: 'SIGTERM' })
    onTestFinished(() => void agent.child.kill('SIGKILL'))
    await agent.printed('ready')
    agent.signal('SIGTERM')
    const { signal, stderr } = await agent.end
    expect(signal).toBe('SIGTERM')
    expect(stderr).toBe("pitwall: PITWALL_PROFILE_SIGNAL must be SIGUSR2, got 'SIGTERM'. No signal takes a profile.\n")
  })

  it('takes no request from a folder that others can write', async () => {
    const user = process.getuid?.() ?? ''
    await mkdir(join(folder, `pitwall-profile-${user}`), { mode: 0o777 })
    await chmod(join(folder, `pitwall-profile-${user}`), 0o777)
    const agent = startPreloaded(`${busy} setTimeout(() => process.exit(), 500)`, env)
    onTestFinished(() => void agent.child.kill('SIGKILL'))
    expect((await agent.end).stderr).toMatch(/^pitwall: no signal takes a CPU profile \(.* is not of this user alone\)/)
  })
})
