import { join } from 'node:path'
import type { AddressName, LaunchContext, ServerDefinition } from './definition.ts'
import type { FoundProgram } from './find-program.ts'
import { Ports } from './ports.ts'
import type { MissingServer, StackOptions } from './stack.ts'
import { StartError, type StartedServer, startServer } from './start-server.ts'

/** A server and the program that is to run it. */
export interface Candidate {
  readonly definition: ServerDefinition
  readonly found: FoundProgram
}

/** Free ports can be taken before they are bound; then all servers are started again with others, because they know each other's. */
const ATTEMPTS = 5

/** Where clients look for each server unless they are told otherwise. */
const usualPorts: Readonly<Record<AddressName, number>> = {
  redis: 6379,
  otlpHttp: 4318,
  otlpGrpc: 4317,
  collectorMetrics: 8889,
  collectorHealth: 13133,
  prometheus: 9090,
  alertmanager: 9093,
}

/**
 * Starts servers side by side, each knowing the addresses of all. One that does not come up is added to `missing`, with its own words.
 * Rejects when aborted, and then none is left running.
 */
export async function startServers(
  candidates: readonly Candidate[],
  missing: MissingServer[],
  directory: string,
  options: StackOptions,
): Promise<StartedServer[]> {
  const ports = new Ports()
  for (let attempt = 1; ; attempt++) {
    const addresses = new Map<AddressName, string>()
    for (const name of candidates.flatMap(({ definition }) => definition.listens)) {
      addresses.set(name, `127.0.0.1:${await ports.free(options.usualPorts === true ? usualPorts[name] : undefined)}`)
    }
    const results = await Promise.allSettled(
      candidates.map(({ definition, found }) =>
        startServer(definition, found, contextOf(definition, found, addresses, directory, options), options.env ?? process.env),
      ),
    )
    const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const failures = results.flatMap((result, at) => {
      const error: unknown = result.status === 'rejected' ? result.reason : undefined
      return error === undefined ? [] : [{ at, error }]
    })
    if (failures.length === 0) return started
    const again = attempt < ATTEMPTS && failures.some(({ error }) => error instanceof StartError && error.portTaken)
    const unexpected = failures.find(({ error }) => !(error instanceof StartError))
    if (again || unexpected !== undefined) await stopServers(started)
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

/** Ends servers, whatever state they are in. Never rejects. */
export async function stopServers(started: readonly StartedServer[]): Promise<void> {
  await Promise.all(started.map(({ process }) => process.stop()))
}
