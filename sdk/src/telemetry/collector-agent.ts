import { readFileSync } from 'node:fs'
import { Agent as HttpAgent, type ClientRequest } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Signal } from './environment.ts'

/** A Collector that has not accepted the connection by then is taken for dead, in milliseconds. */
const CONNECT_TIMEOUT_MS = 2_000

/**
 * The HTTP agent through which telemetry leaves: connections to a dead or frozen Collector never keep the process alive,
 * which those of the exporters' own agent do (for 10 s; measured, docs/decisions.md).
 */
export function collectorAgent(protocol: string, signal: Signal): HttpAgent {
  return protocol === 'https:'
    ? new BackgroundHttpsAgent({ keepAlive: true, ...certificates(signal) })
    : new BackgroundHttpAgent({ keepAlive: true })
}

class BackgroundHttpAgent extends HttpAgent {
  override createConnection(...parameters: Parameters<HttpAgent['createConnection']>): Duplex | null | undefined {
    return inBackground(super.createConnection(...parameters))
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request)
    letGo(socket)
  }
}

class BackgroundHttpsAgent extends HttpsAgent {
  override createConnection(...parameters: Parameters<HttpsAgent['createConnection']>): Duplex | null | undefined {
    return inBackground(super.createConnection(...parameters))
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request)
    letGo(socket)
  }
}

function inBackground(socket: Duplex | null | undefined): Duplex | null | undefined {
  if (!(socket instanceof Socket)) return socket
  letGo(socket)
  socket.on('error', notRetried)
  const giveUp = setTimeout(() => socket.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`)), CONNECT_TIMEOUT_MS).unref()
  const stop = () => clearTimeout(giveUp)
  socket.once('connect', stop).once('close', stop)
  return socket
}

function letGo(socket: Duplex): void {
  if (socket instanceof Socket) socket.unref()
}

/**
 * The exporters retry errors with certain codes, on timers that hold the process for seconds. Without its code the error
 * ends the export at once; nothing is lost, because the next export of cumulative metrics says everything again.
 */
function notRetried(error: NodeJS.ErrnoException): void {
  if (error.code !== undefined && error.message === '') error.message = error.code
  delete error.code
}

/** What the exporters read for their own agent: `OTEL_EXPORTER_OTLP_CERTIFICATE`, `…_CLIENT_CERTIFICATE`, `…_CLIENT_KEY`. */
function certificates(signal: Signal): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  const ca = fileFromEnvironment(signal, 'CERTIFICATE')
  const cert = fileFromEnvironment(signal, 'CLIENT_CERTIFICATE')
  const key = fileFromEnvironment(signal, 'CLIENT_KEY')
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}

function fileFromEnvironment(signal: Signal, name: string): Buffer | undefined {
  const path = process.env[`OTEL_EXPORTER_OTLP_${signal}_${name}`] || process.env[`OTEL_EXPORTER_OTLP_${name}`]
  return path ? readFileSync(path) : undefined
}
