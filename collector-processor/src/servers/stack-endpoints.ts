import type { StackEndpoints } from './stack.ts'
import type { StartedServer } from './start-server.ts'

/** The address at which clients reach a server. */
export function endpointOf({ definition, context }: StartedServer): string {
  return `${definition.scheme}://${context.own(definition.listens[0])}`
}

/** The addresses of everything that runs. */
export function stackEndpoints(started: readonly StartedServer[]): StackEndpoints {
  const find = (name: string): StartedServer | undefined => started.find(({ definition }) => definition.name === name)
  const of = (name: string): string | undefined => {
    const server = find(name)
    return server && endpointOf(server)
  }
  const collector = find('collector')?.context
  const all = {
    redis: of('redis'),
    otlp: of('collector'),
    otlpGrpc: collector?.own('otlpGrpc'),
    collectorMetrics: collector && `http://${collector.own('collectorMetrics')}/metrics`,
    prometheus: of('prometheus'),
    alertmanager: of('alertmanager'),
  }
  return Object.fromEntries(Object.entries(all).filter(([, address]) => address !== undefined))
}
