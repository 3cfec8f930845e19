import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { serve } from './worker.ts'

/**
 * What the server says instead of answers: a web server's page, bytes of no protocol, and Redis's own protocol with
 * lengths and types that do not fit.
 */
const GARBAGE = [
  'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n',
  Buffer.from(Array.from({ length: 64 }, (_, index) => (index * 151) % 256)),
  '$100000\r\nshort\r\n',
  ':1\r\n:2\r\n:3\r\n',
  '*3\r\n+OK\r\n',
] as const

let garbage = false
let said = 0
const sockets = new Set<Socket>()

function passOn(client: Socket, port: number): void {
  const server = connect({ port, host: '127.0.0.1' })
  for (const socket of [client, server]) {
    sockets.add(socket)
    socket.setNoDelay()
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      client.destroy()
      server.destroy()
    })
  }
  client.on('data', (data) => void (garbage ? client.write(GARBAGE[said++ % GARBAGE.length] ?? '') : server.write(data)))
  server.on('data', (data) => void (garbage ? undefined : client.write(data)))
}

const service = {
  /** Listens, and passes on to a port of this machine; resolves to its own port. Nearly no connection waits to be accepted. */
  async listen(port: number): Promise<number> {
    const gate = createServer((client) => passOn(client, port)).listen({ port: 0, host: '127.0.0.1', backlog: 1 })
    await once(gate, 'listening')
    const address = gate.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  },
  /** Answers with garbage from now on; or not any more, and ends the connections that had it. */
  sayGarbage(on: boolean): void {
    garbage = on
    if (!on) for (const socket of sockets) socket.destroy()
  },
}

/** A process between a client and its server. Stopped by SIGSTOP, and nothing passes in either direction. */
export type GateService = typeof service

serve(service)
