import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { runtime } from '../../../sdk/src/contract/index.ts'
import type { Block } from '../../../sdk/src/watchdog/block.ts'
import { runAgent, startAgent } from '../../support/agent-process.ts'

/** What the agent knows at its end. */
interface Known {
  readonly blocks: Readonly<Record<string, readonly Block[]>>
  readonly points: readonly { readonly metric: string; readonly attributes: Readonly<Record<string, string>>; readonly value: number }[]
}

const AGENT = 'test/support/agents/blocking.ts'

function knownFrom(stdout: string): Known {
  const known: Known = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  return known
}

function valueOf({ points }: Known, metric: { readonly name: string }, attributes: Readonly<Record<string, string>>): number {
  return points
    .filter((point) => point.metric === metric.name && Object.entries(attributes).every(([key, value]) => point.attributes[key] === value))
    .reduce((sum, { value }) => sum + value, 0)
}

const NAMED = ['spin', 'hash', 'shell', 'match', 'serialize', 'file']

describe('the profiler of the blocked loop', () => {
  let known: Known = { blocks: {}, points: [] }
  const blockOf = (kind: string): Block | undefined => known.blocks[kind]?.[0]

  beforeAll(async () => {
    const kinds = [...NAMED, 'sortThenCall', 'sortThenContinue', 'rank', 'parts', 'collect']
    const { code, stdout, stderr } = await startAgent([AGENT, ...kinds]).end
    if (code !== 0 || stderr !== '') throw new Error(`The agent failed: ${stderr}`)
    known = knownFrom(stdout)
  })

  it.each(NAMED)('names function, file and line of what blocked: %s', (kind) => {
    const { durationMs, frame, stack } = blockOf(kind) ?? expect.fail('there is no block')
    expect(frame).toMatchObject({ functionName: kind, file: AGENT })
    expect(frame?.line).toBeGreaterThan(20)
    expect(stack).toContainEqual(frame)
    expect(durationMs).toBeGreaterThan(150)
  })

  it('counts blocks and their seconds by function', () => {
    expect(valueOf(known, runtime.blocks, { 'code.function.name': 'shell' })).toBe(1)
    expect(valueOf(known, runtime.blockedTime, { 'code.function.name': 'shell' })).toBeGreaterThan(0.3)
  })

  it('does not name what was called after a native call, nor what came after it in the queue', () => {
    expect(blockOf('sortThenCall')?.frame?.functionName).toBe('sortThenCall')
    expect(blockOf('sortThenContinue')?.frame).toBeUndefined()
    expect(JSON.stringify(known.points)).not.toContain('innocent')
  })

  it('counts a block of a profiled function once, under its name, and says where inside it was', () => {
    expect(blockOf('rank')?.frame?.functionName).toBe('spin')
    expect(blockOf('rank')?.stack.map(({ functionName }) => functionName)).toEqual(expect.arrayContaining(['spin', 'inner', 'rank']))
    expect(valueOf(known, runtime.blocks, { 'code.function.name': 'rank' })).toBe(1)
    // The other one of `spin` alone, unless the host had a larger part in it.
    expect(valueOf(known, runtime.blocks, { 'code.function.name': 'spin' })).toBeLessThanOrEqual(1)
    expect(valueOf(known, runtime.blockedTime, { 'code.function.name': 'rank' })).toBeLessThan(0.6)
  })

  it('names the function that took the longest part of a block', () => {
    expect(blockOf('parts')?.frame?.functionName).toBe('longerPart')
  })

  it('blames garbage collection for its own time, and not the function that ran', () => {
    expect(blockOf('collect')?.cause).toBe('gc')
    expect(valueOf(known, runtime.blockedTime, { 'code.function.name': 'collect' })).toBe(0)
    expect(valueOf(known, runtime.blocks, { 'pitwall.cause': 'gc' })).toBeGreaterThanOrEqual(1)
  })
})

describe('a block during a span', () => {
  it('is an event of the span that was active in the code that blocked, and of no other one', async () => {
    const source = `
      import { context, trace } from '@opentelemetry/api'
      import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
      import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
      import blockedLoop from '@pitwall/sdk/profilers/blocked-loop'
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
      const exporter = new InMemorySpanExporter()
      trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
      const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
      const inSpan = (name, work) => trace.getTracer('agent').startActiveSpan(name, async (span) => { await work(); span.end() })
      function hold() { const end = performance.now() + 500; while (performance.now() < end); }
      blockedLoop.start()
      await pause(1_600)
      await Promise.all([inSpan('waiting', () => pause(900)), inSpan('blocking', async () => { await pause(10); hold(); await pause(100) })])
      for (const span of exporter.getFinishedSpans())
        console.log(span.name, span.events.map(({ name, attributes }) => name + ' ' + attributes['code.function.name']).join())`
    const { code, stdout, stderr } = await runAgent(source)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe('blocking pitwall.eventloop.blocked hold\nwaiting \n')
  })
})

describe.concurrent('what is no block of the agent', () => {
  const codeIn = ({ blocks }: Known) => Object.values(blocks).flatMap((found) => found.filter(({ cause }) => cause !== 'host'))

  it.each(['idle', 'busy'])('neither work in small pieces, nor that the process was stopped: %s', async (kind) => {
    const agent = startAgent([AGENT, kind])
    await agent.printed('ready')
    for (let times = 0; times < 2; times++) {
      await pause(600)
      agent.signal('SIGSTOP')
      await pause(500)
      agent.signal('SIGCONT')
    }
    const known = knownFrom((await agent.end).stdout)
    expect(codeIn(known)).toEqual([])
    expect(valueOf(known, runtime.blockedTime, { 'pitwall.cause': 'host' })).toBeGreaterThan(0.5)
    expect(valueOf(known, runtime.blockedTime, { 'pitwall.cause': 'code' })).toBeLessThan(0.3)
  })
})

describe.concurrent('a process that is watched, or cannot be', () => {
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

  it('lets a process end inside a block, with its exit code and without a word', async () => {
    const { code, stderr } = await startAgent([AGENT, 'exit']).end
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
  })
})
