import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'

/** A listener on loopback that plays the Collector, or a broken one. */
export interface Receiver extends AsyncDisposable {
  /** Value for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string
  /** Whether a request to that path has had the text in its body; names are plain text in protobuf too. */
  received(path: string, text: string): boolean
}

/** Takes every request in, and answers it with the status, 200 by default. */
export async function startReceiver({ status = 200 }: { readonly status?: number } = {}): Promise<Receiver> {
  const requests: { path: string; body: string }[] = []
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      requests.push({ path: request.url ?? '', body })
      response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  return {
    ...(await listening(server)),
    received: (path, text) => requests.some((request) => request.path === path && request.body.includes(text)),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await closed(server)
    },
  }
}

/** Accepts connections and never answers, as a process does that was stopped by SIGSTOP. */
export async function startFrozenReceiver(): Promise<Receiver> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => void sockets.add(socket.on('error', () => {})))
  return {
    ...(await listening(server)),
    received: () => false,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await closed(server)
    },
  }
}

/** An address where nobody listens. */
export async function deadEndpoint(): Promise<string> {
  await using receiver = await startFrozenReceiver()
  return receiver.endpoint
}

async function listening(server: Server): Promise<{ endpoint: string }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return { endpoint: `http://127.0.0.1:${address.port}` }
}

async function closed(server: Server): Promise<void> {
  server.close()
  if (server.listening) await once(server, 'close')
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1')
}
