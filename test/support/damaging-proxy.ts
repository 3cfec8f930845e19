import { createServer, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** What becomes of an answer, given what Prometheus answered; it must end the response, or leave it open. */
export type Damage = (response: ServerResponse, answer: string, query: string) => void

/** A server in front of Prometheus that passes everything on, until it is told to damage the answers. */
export interface DamagingProxy {
  readonly url: string
  /** Queries that have come. */
  readonly queries: () => number
  /** From now on; undefined for none. */
  damage(how: Damage | undefined): void
  stop(): Promise<void>
}

/** Answers as the server at the address does. */
export async function startDamagingProxy(target: string): Promise<DamagingProxy> {
  let damaging: Damage | undefined
  let queries = 0
  const server = createServer((request, response) => {
    queries++
    void (async () => {
      const body = await text(request)
      const headers = { 'content-type': request.headers['content-type'] ?? '' }
      const answer = await fetch(`${target}${request.url}`, { method: 'POST', headers, body })
      const content = await answer.text()
      if (damaging === undefined) response.writeHead(answer.status).end(content)
      else damaging(response, content, new URLSearchParams(body).get('query') ?? '')
    })().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    queries: () => queries,
    damage: (how) => void (damaging = how),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
