import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { resolve, join } from 'node:path'
import type { ServerDefinition } from './definition.ts'
import { definitions } from './definitions.ts'
import { findProgram, type FindOptions, ProgramNotFound } from './find-program.ts'
import { discovered, scrapeDirectly } from './prometheus-targets.ts'
import { endpointOf, stackEndpoints } from './stack-endpoints.ts'
import type { MissingServer, RunningServer, Stack, StackOptions } from './stack.ts'
import type { StartedServer } from './start-server.ts'
import { type Candidate, startServers, stopServers } from './start-servers.ts'

/**
 * Finds or installs the servers, starts them on loopback and resolves when they are ready: with a Collector, when Prometheus scrapes it.
 * A server that is not to be had is in `missing`. Rejects when aborted, and then nothing is left running.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { servers, env = process.env, onProgress, signal } = options
  const wanted = definitions.filter(({ name }) => servers === undefined || servers.includes(name))
  const missing: MissingServer[] = []
  const candidates = await findAll(wanted, missing, { env, signal, onProgress })
  const directory = options.directory === undefined ? await mkdtemp(join(tmpdir(), 'pitwall-')) : resolve(options.directory)
  const removeData = async (): Promise<void> => {
    if (options.directory === undefined) await rm(directory, { recursive: true, force: true }).catch(() => {})
  }
  let started: readonly StartedServer[] = []
  const stop = async (): Promise<void> => {
    const ending = started
    started = []
    await stopServers(ending)
    await removeData()
  }
  try {
    await mkdir(directory, { recursive: true })
    started = await startServers(candidates, missing, directory, options)
    const prometheus = started.find(({ definition }) => definition.name === 'prometheus')
    if (prometheus !== undefined) await discovered(prometheus.context, signal)
    signal?.throwIfAborted()
    for (const { definition, process } of started) {
      void process.end.then((how) => {
        if (started.length > 0) onProgress?.(`${definition.name}: ended (${how}), its log is ${process.log}`)
      })
    }
    return stackOf(started, missing, directory, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function findAll(wanted: readonly ServerDefinition[], missing: MissingServer[], options: FindOptions): Promise<Candidate[]> {
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

function stackOf(
  started: readonly StartedServer[],
  missing: readonly MissingServer[],
  directory: string,
  stop: () => Promise<void>,
): Stack {
  const running = started.map((server): RunningServer => {
    const { definition, found, process } = server
    const { version, source, origin, program } = found
    const endpoint = endpointOf(server)
    return { name: definition.name, version, source, origin, program, endpoint, pid: process.pid, log: process.log }
  })
  const prometheus = started.find(({ definition }) => definition.name === 'prometheus')
  let stopped: Promise<void> | undefined
  return {
    running,
    missing,
    directory,
    endpoints: stackEndpoints(started),
    async scrape(targets) {
      if (prometheus !== undefined) await scrapeDirectly(prometheus.context, targets)
    },
    stop: () => (stopped ??= stop()),
  }
}
