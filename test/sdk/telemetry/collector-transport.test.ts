import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { collectorTransport } from '../../../sdk/src/telemetry/collector-transport.ts'

const cleanUps: (() => unknown)[] = []
afterEach(() => {
  vi.unstubAllEnvs()
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

interface Seen {
  readonly url: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A real server on loopback that `OTEL_EXPORTER_OTLP_ENDPOINT` points to. */
async function serve(reply: (response: ServerResponse) => void): Promise<{ seen: Seen[]; sockets: Socket[] }> {
  const seen: Seen[] = []
  const sockets: Socket[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      seen.push({ url: request.url, headers: request.headers, body: Buffer.concat(chunks) })
      reply(response)
    })
  }).on('connection', (socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUps.push(() => server.close().closeAllConnections())
  const address = server.address()
  if (!isAddress(address)) throw new Error('no address')
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${address.port}`)
  return { seen, sockets }
}

function isAddress(address: ReturnType<ReturnType<typeof createServer>['address']>): address is AddressInfo {
  return typeof address === 'object' && address !== null
}

const body = Buffer.from('metrics')

describe('the way to the Collector', () => {
  it('goes where the environment says, with its headers and compression', async () => {
    const { seen } = await serve((response) => response.end('taken'))
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-tenant=fleet')
    expect(Buffer.from(await (await collectorTransport('METRICS'))(body)).toString()).toBe('taken')
    vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip')
    await (
      await collectorTransport('TRACES')
    )(body)
    expect(seen.map(({ url, body }) => [url, body.toString()])).toEqual([
      ['/v1/metrics', 'metrics'],
      ['/v1/traces', expect.any(String)],
    ])
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'x-tenant': 'fleet',
      'user-agent': expect.stringContaining('@pitwall/sdk'),
    })
    expect(seen[1]?.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(seen[1]?.body ?? '').toString()).toBe('metrics')
  })

  it.each([404, 429, 503])('rejects once where the Collector answers %i, and does not ask again', async (status) => {
    const { seen } = await serve((response) => response.writeHead(status, { 'retry-after': '0' }).end())
    await expect((await collectorTransport('METRICS'))(body)).rejects.toThrow(`it answered ${status}`)
    expect(seen).toHaveLength(1)
  })

  it('gives up after OTEL_EXPORTER_OTLP_TIMEOUT', async () => {
    await serve(() => {})
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '50')
    await expect((await collectorTransport('METRICS'))(body)).rejects.toThrow('no answer within 50 ms')
  })

  it('waits, and does not give up at once, where the timeout is longer than a timer of Node', async () => {
    await serve((response) => setTimeout(() => response.end(), 20))
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '99999999999')
    await expect((await collectorTransport('METRICS'))(body)).resolves.toBeDefined()
  })

  it('uses its connection again, and a new one where the Collector has closed it in the meantime', async () => {
    const { seen, sockets } = await serve((response) => response.end())
    const send = await collectorTransport('METRICS')
    await send(body)
    await send(body)
    expect(sockets).toHaveLength(1)
    sockets[0]?.resetAndDestroy()
    await send(body)
    expect(seen).toHaveLength(3)
    expect(sockets).toHaveLength(2)
  })

  it('rejects where the connection breaks before the answer', async () => {
    await serve((response) => response.socket?.destroy())
    await expect((await collectorTransport('METRICS'))(body)).rejects.toThrow('socket hang up')
  })
})
