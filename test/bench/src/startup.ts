import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { type Benchmark, goal, median } from './benchmark.ts'
import { versionOf } from './support/versions.ts'

const root = resolve(import.meta.dirname, '../../..')
const ROUNDS = 15

/** The agent: its first line says what time it is, in ms since 1970, with fractions. */
const agent = 'console.log(performance.timeOrigin + performance.now())'
const counting = `import { metrics } from '@opentelemetry/api'; metrics.getMeter('agent').createCounter('agent.calls').add(1)`

/** How an agent is started without telemetry, with ours, and with OpenTelemetry's own SDK for Node, without and with its instrumentations. */
const starts = {
  plain: ['--input-type=module', '--eval', agent],
  pitwall: ['--import', '@pitwall/sdk/register', '--input-type=module', '--eval', agent],
  sdkNode: [
    '--input-type=module',
    '--eval',
    `import { NodeSDK } from '@opentelemetry/sdk-node'; new NodeSDK().start(); ${agent}; process.exit()`,
  ],
  autoInstrumentations: [
    '--import',
    '@opentelemetry/auto-instrumentations-node/register',
    '--input-type=module',
    '--eval',
    `${agent}; process.exit()`,
  ],
} as const

const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_OPTIONS)/.test(name)))

/** From the wish to start a process to the first line of the agent in it. */
function firstLineMs(args: readonly string[]): number {
  // A port that nobody listens on: the end of the process is not what is measured here.
  const env = { ...clean, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }
  const start = performance.timeOrigin + performance.now()
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`The agent could not be started: ${stderr}`)
  return Number(stdout) - start
}

/** Exit code that the agent wants to end with. */
const EXIT_CODE = 3

/** Time from the end of an agent's work to the end of its process, in milliseconds, and whether the exit code was the agent's. */
async function ending(endpoint: string): Promise<{ readonly ms: number; readonly codeIsKept: boolean }> {
  const source = `${counting}; await new Promise((done) => setTimeout(done, 500)); process.exitCode = ${EXIT_CODE}; console.log('done')`
  const env = { ...clean, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_METRIC_EXPORT_INTERVAL: '200' }
  const args = ['--import', '@pitwall/sdk/register', '--input-type=module', '--eval', source]
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  const done = performance.now()
  const [code] = await once(child, 'exit')
  return { ms: performance.now() - done, codeIsKept: code === EXIT_CODE }
}

/** Accepts connections and never answers, as a Collector does that was stopped by SIGSTOP. */
async function frozenCollector(): Promise<{ endpoint: string; close: () => void }> {
  const server = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The test server has no address.')
  return { endpoint: `http://127.0.0.1:${address.port}`, close: () => server.close().unref() }
}

export default {
  what: 'what `--import @pitwall/sdk/register` adds to the start of a process, and to its end without a Collector',
  async run(progress) {
    progress(`${ROUNDS} rounds of four process starts, in turn`)
    const rounds = Array.from({ length: ROUNDS }, () => ({
      plain: firstLineMs(starts.plain),
      pitwall: firstLineMs(starts.pitwall),
      sdkNode: firstLineMs(starts.sdkNode),
      autoInstrumentations: firstLineMs(starts.autoInstrumentations),
    }))
    const ratio = (name: 'pitwall' | 'sdkNode' | 'autoInstrumentations') => median(rounds.map((round) => round[name] / round.plain))
    progress('ends of processes, with a dead and with a frozen Collector')
    const dead = await ending('http://127.0.0.1:9')
    const { endpoint, close } = await frozenCollector()
    const frozen = await ending(endpoint).finally(close)
    return {
      goals: [
        goal({
          id: 'startup',
          what: 'time to the first line of the agent, over plain node',
          unit: 'x',
          figure: ratio('pitwall'),
          limit: 4.5,
          comparator: '<=',
        }),
        goal({
          id: 'end-dead',
          what: 'end of the process with a dead Collector',
          unit: 'ms',
          figure: dead.ms,
          limit: 2_500,
          comparator: '<=',
        }),
        goal({
          id: 'end-frozen',
          what: 'end of the process with a frozen Collector',
          unit: 'ms',
          figure: frozen.ms,
          limit: 2_500,
          comparator: '<=',
        }),
        goal({
          id: 'exit-code',
          what: 'of these two ends with the exit code of the agent',
          unit: 'ends',
          figure: [dead, frozen].filter(({ codeIsKept }) => codeIsKept).length,
          limit: 2,
          comparator: '>=',
        }),
      ],
      peers: [
        { name: '@opentelemetry/sdk-node (startup)', version: versionOf('@opentelemetry/sdk-node'), figure: ratio('sdkNode') },
        {
          name: '@opentelemetry/auto-instrumentations-node (startup)',
          version: versionOf('@opentelemetry/auto-instrumentations-node'),
          figure: ratio('autoInstrumentations'),
        },
      ],
      notes: { plainMs: median(rounds.map((round) => round.plain)), pitwallMs: median(rounds.map((round) => round.pitwall)) },
    }
  },
} satisfies Benchmark
