import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isIP } from 'node:net'

/** What the server answers with. */
export interface ScrapeServerOptions {
  /** Address to listen on, for example `127.0.0.1`. */
  readonly host: string
  /** Port to listen on; 0 takes a free one. */
  readonly port: number
  /** Makes the page, in the Prometheus text format. */
  readonly page: () => Promise<string>
}

/** A server that listens. */
export interface ScrapeServer {
  /** Full address of the page. */
  readonly url: string
  /** Stops listening and drops every connection. */
  close(): void
}

/**
 * Serves one page at `/metrics` and keeps no process alive. While it listens on loopback only, requests that were meant
 * for another host are refused: a web page that points its own name at 127.0.0.1 must not read our metrics.
 * Rejects where the port cannot be had.
 */
export async function startScrapeServer({ host, port, page }: ScrapeServerOptions): Promise<ScrapeServer> {
  const server = createServer((request, response) => void answer(request, response, { loopback: isLoopback(host), page }))
  server.unref().on('connection', (socket) => socket.unref())
  await listening(server, host, port)
  // After listening, an error concerns one connection, and the scraper will come again.
  server.on('error', () => {})
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://${urlHost(host)}:${boundPort(server, port)}/metrics`, close }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { loopback, page }: { loopback: boolean; page: () => Promise<string> },
): Promise<void> {
  const reply = (status: number, text: string) =>
    response
      .writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'x-content-type-options': 'nosniff' })
      .end(text)
  if (loopback && !isOurs(request.headers.host)) return void reply(403, 'This address answers only to localhost.\n')
  if (request.method !== 'GET' && request.method !== 'HEAD') return void reply(405, 'Only GET.\n')
  if (request.url?.split('?', 1)[0] !== '/metrics') return void reply(404, 'Metrics are at /metrics.\n')
  try {
    reply(200, await page())
  } catch (error) {
    reply(500, `The metrics could not be collected: ${error instanceof Error ? error.message : 'unknown error'}.\n`)
  }
}

/** Whether a Host header can only have been meant for this machine: `localhost`, or an address instead of a name. */
function isOurs(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  return name.toLowerCase() === 'localhost' || isIP(name) !== 0
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function boundPort(server: Server, asked: number): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : asked
}

function urlHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}
