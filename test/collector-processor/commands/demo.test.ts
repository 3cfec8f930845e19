import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { workload } from '../../../collector-processor/src/demo/workload.ts'
import { eventually } from '../../support/eventually.ts'

const root = new URL('../../../', import.meta.url)
const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

interface Demo {
  readonly child: ChildProcess
  out(): string
  err(): string
  exit(): Promise<number | null>
}

function startDemo(...args: string[]): Demo {
  const child = spawn(process.execPath, [fileURLToPath(new URL('collector-processor/bin/pitwall.js', root)), 'demo', ...args], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  const text = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (text.out += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => void (text.err += chunk))
  const closed = once(child, 'close')
  return {
    child,
    out: () => text.out,
    err: () => text.err,
    exit: async () => {
      await closed
      return child.exitCode
    },
  }
}

const saving = { unit: z.literal('s/s'), lower: z.number(), likely: z.number(), upper: z.number() }

/** The document as it was promised: not a field more, not one less. */
const document = z.strictObject({
  servers: z.array(z.strictObject({ name: z.string(), version: z.string(), source: z.string() })),
  recommendations: z.array(
    z.strictObject({
      id: z.string().regex(/^[0-9a-f]{10}$/),
      rule: z.string(),
      title: z.string(),
      service: z.string(),
      subject: z.string(),
      location: z.string(),
      priority: z.string(),
      effort: z.string(),
      phase: z.string(),
      saving: z.strictObject(saving),
    }),
  ),
  verified: z.array(z.strictObject({ id: z.string(), predicted: z.strictObject(saving), actual: z.number(), inside: z.boolean() })),
  alerts: z.array(z.strictObject({ labels: z.record(z.string(), z.string()), annotations: z.record(z.string(), z.string()) })),
  notAdvised: z.array(z.strictObject({ subject: z.string(), reason: z.string() })),
  timings: z.strictObject({ serversReadyMs: z.number(), firstTableMs: z.number(), firstVerifiedMs: z.number() }),
})

describe('pitwall demo', () => {
  test('finds what was planted and nothing else, and the best change saves what was predicted', { timeout: 180_000 }, async () => {
    const demo = startDemo('--json', '--seed', '7')
    expect({ exit: await demo.exit(), complaint: demo.err().match(/Error.*/)?.[0] }).toEqual({ exit: 0, complaint: undefined })
    const found = document.parse(JSON.parse(demo.out()))

    expect(found.servers.map(({ name }) => name)).toEqual(expect.arrayContaining(['redis', 'prometheus', 'alertmanager']))
    const planted = Object.entries(workload).flatMap(([name, load]) => ('planted' in load ? [`${load.planted} ${name}`] : []))
    expect(found.recommendations.map(({ rule, subject }) => `${rule} ${subject}`).toSorted()).toEqual(planted.toSorted())
    for (const { subject, location } of found.recommendations) {
      const file = subject.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      expect(location).toMatch(new RegExp(`demo/agent/functions/${file}\\.ts:\\d+$`))
    }
    expect(found.notAdvised.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['bookSeat', 'normalizeCity', 'summarizeConversation']),
    )

    expect(found.verified.map(({ inside }) => inside)).toEqual([true])
    expect(found.verified[0]?.id).toBe(found.recommendations.find(({ subject }) => subject === 'embedQuery')?.id)
    const alert = found.alerts.find(({ labels }) => labels['subject'] === 'lookupPolicy')
    expect(alert?.annotations['summary']).toContain('lookupPolicy')
    expect(alert?.annotations['description']).toMatch(/Predicted saving: .* s\/s/)

    expect(found.timings.firstTableMs).toBeLessThan(found.timings.firstVerifiedMs)
    expect(demo.err()).toMatch(/agents: [\d,]+ calls, 0 errors/)
  })

  test(
    'goes on without an error when Redis dies and the Collector freezes, and Ctrl-C leaves no process',
    { timeout: 120_000 },
    async () => {
      const demo = startDemo('--json')
      await eventually('the live line', () => /calls\/s/.test(demo.err()), { deadlineMs: 100_000 })
      const children = await childrenOf(demo.child.pid ?? 0)
      expect(children.filter(({ command }) => command.includes('agent.js'))).toHaveLength(3)
      const pidOf = (name: RegExp) => children.find(({ command }) => name.test(command))?.pid ?? 0
      process.kill(pidOf(/redis/), 'SIGKILL')
      process.kill(pidOf(/otelcol/), 'SIGSTOP')
      const before = liveLines(demo)
      await eventually('another live line', () => liveLines(demo) > before, { deadlineMs: 30_000 })

      demo.child.kill('SIGINT')
      await demo.exit()
      expect(demo.err()).toMatch(/agents: [\d,]+ calls, 0 errors/)
      expect(demo.out()).toBe('')
      await eventually('every process to end', () => !children.some(({ pid }) => isAlive(pid)))
    },
  )
})

function liveLines(demo: Demo): number {
  return demo.err().match(/calls\/s/g)?.length ?? 0
}

async function childrenOf(pid: number): Promise<{ pid: number; command: string }[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args='])
  return stdout.split('\n').flatMap((line) => {
    const [, child, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return Number(parent) === pid && command !== undefined ? [{ pid: Number(child), command }] : []
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
