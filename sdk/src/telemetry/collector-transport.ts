import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http'
import { MAX_TIMER_MS, type Signal } from './environment.ts'
import { scope } from './scope.ts'

/** A Collector that has not accepted the connection by then is taken for dead, in milliseconds. */
const CONNECT_TIMEOUT_MS = 2_000

/** What is read of an answer, in bytes; a good one is empty or says in a sentence what was refused. */
const MAX_ANSWER = 65_536

/** Sends one body and resolves to the body of the answer; rejects where there is none, or it is not a good one. */
export type CollectorTransport = (body: Uint8Array) => Promise<Uint8Array>

interface Target {
  readonly url: string
  readonly agent: Agent
  readonly request: typeof import('node:http').request
  readonly timeoutMs: number
}

/**
 * The way to the Collector that `OTEL_EXPORTER_OTLP_*` describe: endpoint, headers, compression, certificates, timeout.
 * Each body is sent once, and nothing here keeps the process alive. OpenTelemetry's own transport does: its connections
 * for 10 s, and its retries for ever where the Collector answers 503 and exports follow each other (docs/decisions.md).
 * Nothing is lost without retries, because the next export of cumulative metrics says everything again.
 */
export async function collectorTransport(signal: Signal): Promise<CollectorTransport> {
  const required = { 'Content-Type': 'application/x-protobuf', 'User-Agent': `${scope.name}/${scope.version}` }
  const options = convertLegacyHttpOptions({}, signal, `v1/${signal.toLowerCase()}`, required)
  const { protocol } = new URL(options.url)
  const agent = await options.agentFactory(protocol)
  const { request } = protocol === 'https:' ? await import('node:https') : await import('node:http')
  const target: Target = { url: options.url, agent, request, timeoutMs: Math.min(options.timeoutMillis, MAX_TIMER_MS) }
  return async (body) => {
    const headers = await options.headers()
    return options.compression === 'gzip'
      ? post(target, { ...headers, 'Content-Encoding': 'gzip' }, await gzip(body))
      : post(target, headers, body)
  }
}

function post(target: Target, headers: Record<string, string>, body: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const { agent, timeoutMs } = target
    const sending = target.request(
      target.url,
      { method: 'POST', agent, headers },
      (response) => void answer(response).then(resolve, reject),
    )
    sending.on('socket', (socket) => {
      socket.unref()
      if (!socket.connecting) return
      const stop = giveUpAfter(CONNECT_TIMEOUT_MS, 'no connection', sending)
      socket.once('connect', stop).once('close', stop)
    })
    sending.once('close', giveUpAfter(timeoutMs, 'no answer', sending))
    sending.on('error', (error) => {
      // The Collector may close an idle connection just when it is used again: that says nothing about the Collector.
      if (sending.reusedSocket && isReset(error)) resolve(post(target, headers, body))
      else reject(error)
    })
    sending.end(body)
  })
}

async function answer(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response) {
    size += chunk.length
    if (size <= MAX_ANSWER) chunks.push(chunk)
  }
  const { statusCode = 0, statusMessage } = response
  if (statusCode < 200 || statusCode > 299) throw new Error(`it answered ${statusCode} ${statusMessage}`)
  return size <= MAX_ANSWER ? Buffer.concat(chunks) : new Uint8Array()
}

function giveUpAfter(timeoutMs: number, what: string, sending: ClientRequest): () => void {
  const timer = setTimeout(() => sending.destroy(new Error(`${what} within ${timeoutMs} ms`)), timeoutMs).unref()
  return () => clearTimeout(timer)
}

function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

async function gzip(body: Uint8Array): Promise<Uint8Array> {
  const [{ promisify }, zlib] = await Promise.all([import('node:util'), import('node:zlib')])
  return promisify(zlib.gzip)(body)
}
