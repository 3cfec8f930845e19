import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type AgentState, type Change, isAgentState, type Order } from './protocol.ts'

/** How agent processes are started. */
export interface FleetOptions {
  /** Program in the folder `agent`, without its ending. */
  readonly program: 'agent' | 'replay-agent'
  readonly agents: number
  /** Name of the service that the agents are instances of. */
  readonly service: string
  /** Where the agents send their metrics: OTLP over HTTP. Without it they are scraped at `ports`. */
  readonly otlpUrl?: string | undefined
  /** One port for each agent to be scraped at. */
  readonly ports?: readonly number[] | undefined
  readonly redisUrl?: string | undefined
  readonly exportIntervalMs: number
  /** Called with one line for everything that an agent complains about. */
  readonly onComplaint: (line: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Agent processes that run until `stop`. */
export interface Fleet {
  readonly size: number
  /** Resolves when every agent takes orders, or has failed to start. */
  readonly ready: Promise<unknown>
  /** Tells each agent what to do; its number is given. */
  begin(orderOf: (agent: number) => Order): void
  /** Makes a change in every running agent. */
  apply(subject: string, change: Change): void
  /** Counts over all agents, since their start. */
  totals(): FleetTotals
  /** Lets running calls return, ends every agent, and resolves to the final counts. Never rejects. */
  stop(): Promise<FleetTotals>
}

export interface FleetTotals {
  readonly calls: number
  readonly errors: number
  /** The message of one of the errors. */
  readonly firstError?: string
  readonly cacheRequests: number
  readonly cacheHits: number
  /** Agents that run. */
  readonly alive: number
}

/** Time that an agent has to finish its calls and flush its telemetry before it is killed. */
const STOP_DEADLINE_MS = 6_000

/** Lines of an agent's stderr that are shown. */
const MAX_COMPLAINTS = 20

/** Starts the agents, each `node --import @pitwall/sdk/register agent.js` with nothing but `OTEL_*` variables. */
export function startFleet(options: FleetOptions): Fleet {
  const agents = Array.from({ length: options.agents }, (_, index) => startAgent(index, options))
  return {
    size: agents.length,
    ready: Promise.all(agents.map((agent) => agent.ready)),
    begin: (orderOf) => agents.forEach((agent, index) => agent.tell(orderOf(index))),
    apply: (subject, change) => agents.forEach((agent) => agent.tell({ order: 'apply', subject, change })),
    totals: () => totalsOf(agents),
    stop: async () => {
      await Promise.all(agents.map((agent) => agent.stop()))
      return totalsOf(agents)
    },
  }
}

interface Agent {
  readonly ready: Promise<unknown>
  tell(order: Order): void
  state(): AgentState
  isAlive(): boolean
  stop(): Promise<void>
}

function startAgent(index: number, options: FleetOptions): Agent {
  const name = `${options.service}-${index + 1}`
  const program = fileURLToPath(new URL(`./agent/${options.program}.js`, import.meta.url))
  const child = fork(program, [], {
    // As a URL, so that it is found from any working directory.
    execArgv: ['--enable-source-maps', '--import', import.meta.resolve('@pitwall/sdk/register')],
    env: agentEnvironment(name, index, options),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let state: AgentState = { calls: 0, errors: 0, cacheRequests: 0, cacheHits: 0, applied: [] }
  let stopping = false
  const reported = new Promise<void>((resolve) => {
    child.on('message', (message: unknown) => {
      if (isAgentState(message)) state = message
      resolve()
    })
  })
  let complaints = 0
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    for (const line of lines.slice(0, MAX_COMPLAINTS - complaints)) options.onComplaint(`${name}: ${line}`)
    complaints = Math.min(MAX_COMPLAINTS, complaints + lines.length)
  })
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', (code, signal) => {
      resolve()
      if (stopping) return
      const complaint = `${name} ended by itself (${signal ?? `exit code ${code}`}).`
      options.onComplaint(complaint)
      state = { ...state, errors: state.errors + 1, firstError: state.firstError ?? complaint }
    })
  })
  return {
    ready: Promise.race([reported, ended]),
    tell: (order) => {
      if (child.connected) child.send(order, () => {})
    },
    state: () => state,
    isAlive: () => child.exitCode === null && child.signalCode === null && child.pid !== undefined,
    stop: async () => {
      stopping = true
      if (child.connected) child.send({ order: 'stop' } satisfies Order, () => {})
      await Promise.race([ended, deadline(STOP_DEADLINE_MS)])
      await killed(child, ended)
    },
  }
}

function agentEnvironment(name: string, index: number, options: FleetOptions): Record<string, string> {
  const { service, otlpUrl, ports, redisUrl, exportIntervalMs } = options
  const inherited = Object.entries(options.env).filter(([key]) => !key.startsWith('OTEL_') && !key.startsWith('PITWALL_'))
  const port = ports?.[index]
  const settings = {
    OTEL_SERVICE_NAME: service,
    OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${name}`,
    OTEL_METRIC_EXPORT_INTERVAL: String(exportIntervalMs),
    OTEL_METRIC_EXPORT_TIMEOUT: String(exportIntervalMs),
    // The demo is about metrics, and the slim Collector takes nothing else.
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
    OTEL_METRICS_EXPORTER: otlpUrl === undefined ? 'prometheus' : 'otlp',
    OTEL_EXPORTER_PROMETHEUS_HOST: port === undefined ? undefined : '127.0.0.1',
    OTEL_EXPORTER_PROMETHEUS_PORT: port?.toString(),
    REDIS_URL: redisUrl,
  }
  const entries = [...inherited, ...Object.entries(settings)]
  return Object.fromEntries(entries.flatMap(([key, value]): [string, string][] => (value === undefined ? [] : [[key, value]])))
}

async function killed(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  child.kill('SIGKILL')
  await ended
}

function deadline(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref())
}

function totalsOf(agents: readonly Agent[]): FleetTotals {
  const states = agents.map((agent) => agent.state())
  const firstError = states.find((state) => state.firstError !== undefined)?.firstError
  return {
    calls: add(states, 'calls'),
    errors: add(states, 'errors'),
    ...(firstError === undefined ? {} : { firstError }),
    cacheRequests: add(states, 'cacheRequests'),
    cacheHits: add(states, 'cacheHits'),
    alive: agents.filter((agent) => agent.isAlive()).length,
  }
}

function add(states: readonly AgentState[], count: 'calls' | 'errors' | 'cacheRequests' | 'cacheHits'): number {
  return states.reduce((total, state) => total + state[count], 0)
}
