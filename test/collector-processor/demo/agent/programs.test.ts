import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { type AgentState, isAgentState, type Order } from '../../../../collector-processor/src/demo/protocol.ts'
import { workload } from '../../../../collector-processor/src/demo/workload.ts'

const root = new URL('../../../../', import.meta.url)
const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

function start(program: 'agent' | 'replay-agent', env: Record<string, string> = {}): ChildProcess {
  const child = fork(fileURLToPath(new URL(`collector-processor/dist/demo/agent/${program}.js`, root)), [], {
    execArgv: ['--enable-source-maps', '--import', new URL('sdk/dist/preload.js', root).href],
    env: { ...process.env, OTEL_METRICS_EXPORTER: 'none', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    cwd: fileURLToPath(root),
  })
  running.push(child)
  return child
}

function tell(child: ChildProcess, order: Order): void {
  child.send(order)
}

/** The first state that an agent reports and that is as wanted. */
function stateOf(child: ChildProcess, wanted: (state: AgentState) => boolean): Promise<AgentState> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: unknown) => {
      if (isAgentState(message) && wanted(message)) resolve(message)
    })
    child.once('exit', (code) => reject(new Error(`the agent ended with ${code}`)))
  })
}

test('the agent calls every function of the workload without an error, and ends when told to', async () => {
  const agent = start('agent')
  tell(agent, { order: 'start', seed: 1, agent: 0 })
  const total = Object.values(workload).reduce((sum, { callsPerSecond }) => sum + callsPerSecond, 0)
  const state = await stateOf(agent, ({ calls }) => calls > total)
  expect(state.errors).toBe(0)
  expect(state.cacheHits).toBeGreaterThan(0)
  const exit = once(agent, 'exit')
  tell(agent, { order: 'stop' })
  await exit
  expect(agent.connected).toBe(false)
})

test('a replaying agent puts a warm cache in front of a function while it runs', async () => {
  const agent = start('replay-agent')
  const call = (atMs: number, key: string) => ({ atMs, name: 'search', key, costMs: 1 })
  const first = Array.from({ length: 20 }, (_, index) => call(0, `search:${index}`))
  const again = Array.from({ length: 20 }, (_, index) => call(1_500, `search:${index}`))
  tell(agent, { order: 'replay', calls: [...first, ...again] })
  await stateOf(agent, ({ calls }) => calls === 20)
  tell(agent, { order: 'apply', subject: 'search', change: { maxEntries: 100, ttlSeconds: 60 } })
  const state = await stateOf(agent, ({ calls }) => calls === 40)
  expect(state.applied).toEqual(['search'])
  // The cache was filled with the twenty keys before, which are misses; then each of them is a hit.
  expect([state.cacheRequests, state.cacheHits, state.errors]).toEqual([40, 20, 0])
})

test('an agent ends by itself when its parent is gone', async () => {
  const agent = start('agent')
  tell(agent, { order: 'start', seed: 1, agent: 0 })
  await stateOf(agent, ({ calls }) => calls > 0)
  const exit = once(agent, 'exit')
  agent.disconnect()
  await exit
  expect(agent.exitCode ?? agent.signalCode).not.toBeNull()
})
