import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runtime } from '../../../sdk/src/contract/index.ts'
import { startAgent } from '../../support/agent-process.ts'

interface Frame {
  readonly functionName: string
  readonly file: string
  readonly line: number
}

/** What the agent knows at its end. */
interface Known {
  readonly blocks: readonly {
    readonly cause: string
    readonly durationMs: number
    readonly frame?: Frame
    readonly stack: readonly Frame[]
  }[]
  readonly points: readonly { readonly metric: string; readonly attributes: Readonly<Record<string, string>>; readonly value: number }[]
}

const AGENT = 'test/support/agents/blocking.ts'

function knownFrom(stdout: string): Known {
  const known: Known = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  return known
}

/** An agent that blocks in these ways, to its end. */
async function blockedBy(...kinds: string[]): Promise<Known> {
  const { code, stdout, stderr } = await startAgent([AGENT, ...kinds]).end
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return knownFrom(stdout)
}

const names = ({ blocks }: Known) => blocks.map(({ frame }) => frame?.functionName)
const valueOf = ({ points }: Known, metric: { readonly name: string }, attributes: Readonly<Record<string, string>>) =>
  points
    .filter((point) => point.metric === metric.name && Object.entries(attributes).every(([key, value]) => point.attributes[key] === value))
    .reduce((sum, { value }) => sum + value, 0)

describe('the profiler of the blocked loop', () => {
  it('names function, file and line of what blocked, in JavaScript and in native calls', async () => {
    const kinds = ['spin', 'hash', 'shell', 'match', 'serialize', 'file']
    const known = await blockedBy(...kinds)
    expect(names(known)).toEqual(kinds)
    for (const { cause, durationMs, frame, stack } of known.blocks) {
      expect(cause).toBe('code')
      expect(durationMs).toBeGreaterThan(150)
      expect(frame?.file).toBe(AGENT)
      expect(frame?.line).toBeGreaterThan(20)
      expect(stack).toContainEqual(frame)
    }
    expect(valueOf(known, runtime.blocks, { 'code.function.name': 'shell' })).toBe(1)
    expect(valueOf(known, runtime.blockedTime, { 'code.function.name': 'shell' })).toBeGreaterThan(0.3)
  })

  it('does not name what was called after a native call, nor what came after it in the queue', async () => {
    const known = await blockedBy('sortThenCall', 'sortThenContinue')
    expect(names(known)).toEqual(['sortThenCall', undefined])
    expect(JSON.stringify(known.points)).not.toContain('innocent')
  })

  it('counts a block of a profiled function once, under its name, and says where inside it was', async () => {
    const known = await blockedBy('rank')
    expect(names(known)).toEqual(['spin'])
    expect(known.blocks[0]?.stack.map(({ functionName }) => functionName)).toEqual(expect.arrayContaining(['spin', 'inner', 'rank']))
    expect(valueOf(known, runtime.blocks, {})).toBe(1)
    const seconds = valueOf(known, runtime.blockedTime, {})
    expect(seconds).toBe(valueOf(known, runtime.blockedTime, { 'code.function.name': 'rank' }))
    expect(seconds).toBeLessThan(0.6)
  })

  it('names the function that took the longest part of a block', async () => {
    expect(names(await blockedBy('parts'))).toEqual(['longerPart'])
  })

  it('blames garbage collection for its own time, and not the function that ran', async () => {
    const known = await blockedBy('collect')
    expect(known.blocks.map(({ cause }) => cause)).toEqual(['gc'])
    expect(valueOf(known, runtime.blockedTime, { 'code.function.name': 'collect' })).toBe(0)
    expect(valueOf(known, runtime.blocks, { 'pitwall.cause': 'gc' })).toBe(1)
  })

  it('reports nothing of an agent that is idle, or busy in small pieces', async () => {
    const { blocks } = await blockedBy('idle', 'busy')
    expect(blocks.filter(({ cause }) => cause !== 'host')).toEqual([])
  })

  it.each(['idle', 'busy'])('does not report as code that the process was stopped while it was %s', async (kind) => {
    const agent = startAgent([AGENT, kind])
    await agent.printed('ready')
    for (let times = 0; times < 3; times++) {
      await pause(500)
      agent.signal('SIGSTOP')
      await pause(500)
      agent.signal('SIGCONT')
    }
    const known = knownFrom((await agent.end).stdout)
    expect(known.blocks.filter(({ cause }) => cause !== 'host')).toEqual([])
    expect(valueOf(known, runtime.blockedTime, { 'pitwall.cause': 'code' })).toBeLessThan(0.3)
  })

  it('lets a process end inside a block, with its exit code and without a word', async () => {
    const { code, stderr } = await startAgent([AGENT, 'exit']).end
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
  })
})

describe('where the loop cannot be watched', () => {
  const preload = ['--import', '@pitwall/sdk/register']
  const source = 'setTimeout(() => {}, 1_800)'
  const env = { OTEL_METRICS_EXPORTER: 'none' }

  it('stands back from a debugger, and says so in one line', async () => {
    const { code, stderr } = await startAgent(['--inspect=127.0.0.1:0', ...preload, '--eval', source], env).end
    expect(code).toBe(0)
    expect(stderr.split('\n').filter((line) => line.startsWith('pitwall:'))).toEqual([
      'pitwall: functions that block the event loop are not named, because a debugger is attached. The agent runs on unaffected.',
    ])
  })

  it('stands back from the permission model, where a look would end the process', async () => {
    const allowed = ['--permission', '--allow-fs-read=*', '--allow-worker']
    const { code, stderr } = await startAgent([...allowed, ...preload, '--eval', source], env).end
    expect(code).toBe(0)
    expect(stderr).toContain('because the permission model is on')
  })

  it('watches the main thread alone, and no thread of the agent', async () => {
    const worker = `
      import { Worker } from 'node:worker_threads'
      new Worker('const end = Date.now() + 2500; while (Date.now() < end);', { eval: true })
      setTimeout(() => {}, 2_000)`
    const { code, stderr } = await startAgent([...preload, '--input-type=module', '--eval', worker], env).end
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})
