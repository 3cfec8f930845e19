import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** Environment without any `OTEL_*` variable of the machine that the tests run on. */
const cleanEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_OPTIONS|VITEST)/.test(name)))

/** How an agent process ended. */
export interface AgentEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** From the last signal, or from the line `work is done` on its stdout, to the end, in milliseconds. */
  readonly endingMs: number
}

/** A running agent. */
export interface AgentProcess {
  readonly child: ChildProcess
  readonly end: Promise<AgentEnd>
  /** Resolves once the text has appeared on stdout. */
  printed(text: string): Promise<void>
  signal(name: NodeJS.Signals): void
}

/** Starts node with arguments, in the root of the repository, so that `@pitwall/sdk` is the built package. */
export function startAgent(args: readonly string[], env: Readonly<Record<string, string>> = {}): AgentProcess {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...cleanEnvironment, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  let lastSign = performance.now()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (text.includes('work is done')) lastSign = performance.now()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  let ended = false
  const end = once(child, 'close').then((): AgentEnd => {
    ended = true
    return { code: child.exitCode, signal: child.signalCode, stdout, stderr, endingMs: performance.now() - lastSign }
  })
  return {
    child,
    end,
    async printed(text) {
      while (!stdout.includes(text)) {
        if (ended) throw new Error(`The agent ended before it printed '${text}': ${stdout}${stderr}`)
        await Promise.race([once(child.stdout, 'data'), end])
      }
    },
    signal(name) {
      lastSign = performance.now()
      child.kill(name)
    },
  }
}

/** Runs ESM source text as an agent that is preloaded with the SDK, to its end. */
export function runPreloaded(source: string, env: Readonly<Record<string, string>> = {}): Promise<AgentEnd> {
  return startPreloaded(source, env).end
}

/** Starts ESM source text as an agent that is preloaded with the SDK. */
export function startPreloaded(source: string, env: Readonly<Record<string, string>> = {}): AgentProcess {
  return startAgent(['--import', '@pitwall/sdk/register', '--input-type=module', '--eval', source], env)
}

/** Runs ESM source text as an agent that sets itself up. */
export function runAgent(source: string, env: Readonly<Record<string, string>> = {}): Promise<AgentEnd> {
  return startAgent(['--input-type=module', '--eval', source], env).end
}
