import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { AddressName, LaunchContext, ServerDefinition } from './definition.ts'
import { definitions } from './definitions.ts'
import { findProgram, type FoundProgram, ProgramNotFound } from './find-program.ts'
import { Ports } from './ports.ts'
import { discovered, scrapeDirectly } from './prometheus-targets.ts'
import { StartError, type StartedServer, startServer } from './start-server.ts'
import type { MissingServer, RunningServer, Stack, StackEndpoints, StackOptions } from './stack.ts'

/** Free ports can be taken before they are bound; then all servers are started again with others, because they know each other's. */
const ATTEMPTS = 5

interface Candidate {
  readonly definition: ServerDefinition
  readonly found: FoundProgram
}

/**
 * Finds or installs the servers, starts them on loopback and resolves when they are ready: with a Collector, when Prometheus scrapes it.
 * A server that is not to be had is in `missing`. Rejects when aborted, and then nothing is left running.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { servers, env = process.env, onProgress, signal } = options
  const wanted = definitions.filter(({ name }) => servers === undefined || servers.includes(name))
  const missing: MissingServer[] = []
  const candidates = await findAll(wanted, missing, { env, signal, ...(onProgress === undefined ? {} : { onProgress }) })
  const directory = options.directory === undefined ? await mkdtemp(join(tmpdir(), 'pitwall-')) : resolve(options.directory)
  const removeData = async (): Promise<void> => {
    if (options.directory === undefined) await rm(directory, { recursive: true, force: true }).catch(() => {})
  }
  try {
    await mkdir(directory, { recursive: true })
    const started = await startAll(candidates, missing, directory, options)
    let stopping = false
    const stack = stackOf(started, missing, directory, async () => {
      stopping = true
      await stopAll(started)
      await removeData()
    })
    for (const { definition, process } of started) {
      void process.end.then((how) => {
        if (!stopping) onProgress?.(`${definition.name}: ended (${how}), its log is ${process.log}`)
      })
    }
    const prometheus = started.find(({ definition }) => definition.name === 'prometheus')
    if (prometheus !== undefined) await discovered(prometheus.context, signal)
    return stack
  } catch (error) {
    await removeData()
    throw error
  }
}

async function findAll(
  wanted: readonly ServerDefinition[],
  missing: MissingServer[],
  options: Parameters<typeof findProgram>[1],
): Promise<Candidate[]> {
  const results = await Promise.allSettled(wanted.map((definition) => findProgram(definition, options)))
  return results.flatMap((result, at) => {
    const definition = wanted[at]
    if (definition === undefined) return []
    if (result.status === 'fulfilled') return [{ definition, found: result.value }]
    if (!(result.reason instanceof ProgramNotFound)) throw result.reason
    missing.push({ name: definition.name, reason: result.reason.message })
    return []
  })
}

async function startAll(
  candidates: readonly Candidate[],
  missing: MissingServer[],
  directory: string,
  options: StackOptions,
): Promise<StartedServer[]> {
  const ports = new Ports()
  for (let attempt = 1; ; attempt++) {
    const addresses = new Map<AddressName, string>()
    for (const name of candidates.flatMap(({ definition }) => definition.listens)) addresses.set(name, `127.0.0.1:${await ports.free()}`)
    const results = await Promise.allSettled(
      candidates.map(({ definition, found }) =>
        startServer(definition, found, contextOf(definition, found, addresses, directory, options), options.env ?? process.env),
      ),
    )
    const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const failures = results.flatMap((result, at) => (result.status === 'rejected' ? [{ at, error: result.reason as unknown }] : []))
    if (failures.length === 0) return started
    const again = attempt < ATTEMPTS && failures.some(({ error }) => error instanceof StartError && error.portTaken)
    const unexpected = failures.find(({ error }) => !(error instanceof StartError))
    if (again || unexpected !== undefined) await stopAll(started)
    if (unexpected !== undefined) throw unexpected.error
    if (again) continue
    for (const { at, error } of failures) {
      const name = candidates[at]?.definition.name
      if (name !== undefined && error instanceof StartError) missing.push({ name, reason: error.message })
    }
    return started
  }
}

function contextOf(
  definition: ServerDefinition,
  found: FoundProgram,
  addresses: ReadonlyMap<AddressName, string>,
  directory: string,
  options: StackOptions,
): LaunchContext {
  return {
    version: found.version,
    folder: join(directory, definition.name),
    options,
    own(name) {
      const address = addresses.get(name)
      if (address === undefined) throw new Error(`${definition.name} does not listen as ${name}`)
      return address
    },
    peer: (name) => addresses.get(name),
  }
}

async function stopAll(started: readonly StartedServer[]): Promise<void> {
  await Promise.all(started.map(({ process }) => process.stop()))
}

function stackOf(
  started: readonly StartedServer[],
  missing: readonly MissingServer[],
  directory: string,
  stop: () => Promise<void>,
): Stack {
  const running = started.map(({ definition, found, context, process }): RunningServer => {
    const { version, source, origin, program } = found
    const endpoint = `${definition.scheme}://${context.own(definition.listens[0])}`
    return { name: definition.name, version, source, origin, program, endpoint, pid: process.pid, log: process.log }
  })
  const prometheus = started.find(({ definition }) => definition.name === 'prometheus')
  let stopped: Promise<void> | undefined
  return {
    running,
    missing,
    directory,
    endpoints: endpointsOf(started, running),
    async scrape(targets) {
      if (prometheus !== undefined) await scrapeDirectly(prometheus.context, targets)
    },
    stop: () => (stopped ??= stop()),
  }
}

function endpointsOf(started: readonly StartedServer[], running: readonly RunningServer[]): StackEndpoints {
  const of = (name: RunningServer['name']): string | undefined => running.find((server) => server.name === name)?.endpoint
  const collector = started.find(({ definition }) => definition.name === 'collector')
  const all = {
    redis: of('redis'),
    otlp: of('collector'),
    otlpGrpc: collector?.context.own('otlpGrpc'),
    collectorMetrics: collector && `http://${collector.context.own('collectorMetrics')}/metrics`,
    prometheus: of('prometheus'),
    alertmanager: of('alertmanager'),
  }
  return Object.fromEntries(Object.entries(all).filter(([, address]) => address !== undefined))
}
