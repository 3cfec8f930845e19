import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ClientSettings, type PrometheusClient, prometheusClient } from '../../../collector-processor/src/prometheus/client.ts'
import { PrometheusError } from '../../../collector-processor/src/prometheus/error.ts'
import { type HistoricPrometheus, startWithHistory } from '../../support/history.ts'

const exec = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'pitwall-client-'))
const servers: Server[] = []

/** A server that misbehaves as told. */
async function faulty(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return `http://127.0.0.1:${address.port}`
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

function client(prometheusUrl: string, changes: Partial<ClientSettings> = {}): PrometheusClient {
  return prometheusClient({
    prometheusUrl,
    prometheusHeaders: {},
    queryTimeoutMs: 2_000,
    concurrency: 4,
    maxResponseBytes: 100_000,
    ...changes,
  })
}

async function complaint(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(PrometheusError)
  const message = error instanceof Error ? error.message : ''
  expect(message, 'is one sentence').toMatch(/^[^\n]+\.$/)
  return message
}

const answer =
  (document: unknown): RequestListener =>
  (_, response) =>
    void response.end(JSON.stringify(document))
const empty = { status: 'success', data: { resultType: 'vector', result: [] } }

describe('a client whose Prometheus is in trouble', () => {
  it('says that nobody listens, and where', async () => {
    const url = await faulty(answer(empty))
    const server = servers.pop()
    await new Promise((resolve) => server?.close(resolve))
    expect(await complaint(client(url).query('up', 0))).toMatch(
      /cannot be reached \(ECONNREFUSED\); start it or set PITWALL_PROMETHEUS_URL/,
    )
  })

  it('gives up on one that never answers', async () => {
    const url = await faulty(() => {})
    expect(await complaint(client(url, { queryTimeoutMs: 100 }).query('up', 0))).toMatch(/gave no answer within 100 ms/)
  })

  it('gives up on one that stops in the middle of its answer', async () => {
    const url = await faulty((_, response) => void response.write('{"status":"succ'))
    expect(await complaint(client(url, { queryTimeoutMs: 100 }).query('up', 0))).toMatch(/gave no answer within 100 ms/)
  })

  it('tells an error status, and what to do about a missing token', async () => {
    const url = await faulty((_, response) => void response.writeHead(401).end('no'))
    expect(await complaint(client(url).query('up', 0))).toMatch(/HTTP status 401; set its token in PITWALL_PROMETHEUS_HEADERS/)
  })

  it('recognises a page that is not from Prometheus', async () => {
    const url = await faulty((_, response) => void response.end('<!doctype html><title>Sign in</title>'))
    expect(await complaint(client(url).query('up', 0))).toMatch(/not from Prometheus \('<!doctype html>.*check the address/)
  })

  it('does not follow a redirection to a sign-in page', async () => {
    const url = await faulty((_, response) => void response.writeHead(302, { location: '/login' }).end())
    expect(await complaint(client(url).query('up', 0))).toMatch(/cannot be reached/)
  })

  it('takes a partial answer for none', async () => {
    const url = await faulty(answer({ ...empty, warnings: ['store gateway 3 is not reachable'] }))
    expect(await complaint(client(url).query('up', 0))).toMatch(/only a part of the data: store gateway 3 is not reachable/)
  })

  it('is not disturbed by a note of the engine on the expression', async () => {
    const url = await faulty(answer({ ...empty, warnings: ['PromQL info: metric might not be a counter'] }))
    expect(await client(url).query('up', 0)).toEqual([])
  })

  it('stops reading an answer that is too large', async () => {
    const url = await faulty((_, response) => void response.end(' '.repeat(200_000)))
    expect(await complaint(client(url).query('up', 0))).toMatch(/larger than 100000 bytes; raise maxResponseBytes/)
  })

  it('refuses JSON of another shape', async () => {
    const url = await faulty(answer({ status: 'success', data: { resultType: 'scalar', result: [0, '1'] } }))
    expect(await complaint(client(url).query('up', 0))).toMatch(/in a form that is not known here/)
  })

  it('sends tenant and token with every query, and has no more in flight than allowed', async () => {
    let [running, most] = [0, 0]
    const seen = new Set<string | undefined>()
    const url = await faulty((request, response) => {
      most = Math.max(most, ++running)
      seen.add(String(request.headers['x-scope-orgid']))
      setTimeout(() => {
        running--
        response.end(JSON.stringify(empty))
      }, 5)
    })
    const limited = client(url, { concurrency: 2, prometheusHeaders: { 'X-Scope-OrgID': 'team-a' } })
    await Promise.all(Array.from({ length: 8 }, () => limited.query('up', 0)))
    expect(most).toBe(2)
    expect([...seen]).toEqual(['team-a'])
  })
})

describe('a client over TLS', () => {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  let url: string
  let server: Server
  beforeAll(async () => {
    const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    const made = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    await exec('openssl', ['req', ...made, ...names, '-keyout', key, '-out', certificate])
    server = createSecureServer({ key: await readFile(key), cert: await readFile(certificate) }, (request, response) => {
      const isAllowed = request.headers.authorization === 'Bearer secret' && request.headers['x-scope-orgid'] === 'team-a'
      const resultType = request.url?.endsWith('query_range') === true ? 'matrix' : 'vector'
      response.writeHead(isAllowed ? 200 : 401).end(JSON.stringify({ status: 'success', data: { resultType, result: [] } }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  })
  afterAll(() => {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('does not talk to a server whose certificate is not trusted, and says how to trust it', async () => {
    expect(await complaint(client(url).query('up', 0))).toMatch(
      /cannot be reached \(DEPTH_ZERO_SELF.*name a file with its authority in NODE_EXTRA/,
    )
  })

  it('asks one that is trusted, with token and tenant from the environment', async () => {
    const pitwall = resolve(import.meta.dirname, '../../../collector-processor/bin/pitwall.js')
    const headers = 'Authorization=Bearer secret,X-Scope-OrgID=team-a'
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate, PITWALL_PROMETHEUS_URL: url, PITWALL_PROMETHEUS_HEADERS: headers }
    const outcome = exec(process.execPath, [pitwall, 'advise'], { env })
    await expect(outcome).rejects.toMatchObject({ code: 3, stderr: expect.stringMatching(/has no metrics of Pitwall/) })
  })
})

describe('a client of a real Prometheus', () => {
  let prometheus: HistoricPrometheus
  beforeAll(async () => {
    const series = { name: 'test_total', labels: { agent: 'a' }, at: (second: number): number => second * 2 }
    prometheus = await startWithHistory([series], { seconds: 60, stepSeconds: 10 })
  })
  afterAll(() => prometheus.stop())

  it('reads a moment', async () => {
    const [series] = await client(prometheus.url).query('test_total', prometheus.end)
    expect(series).toEqual({ labels: { __name__: 'test_total', agent: 'a' }, value: 120 })
  })

  it('reads a range', async () => {
    const { start, end, url } = prometheus
    const [series] = await client(url).queryRange('test_total', { start, end, step: 30 })
    expect(series?.samples).toEqual([
      [start, 0],
      [start + 30, 60],
      [end, 120],
    ])
  })

  it('passes on what Prometheus says about a wrong expression', async () => {
    expect(await complaint(client(prometheus.url).query('sum(', 0))).toMatch(/refused a query: .*parse error/)
  })

  it('finds the address wrong when it points somewhere else in Prometheus', async () => {
    expect(await complaint(client(`${prometheus.url}/graph`).query('up', 0))).toMatch(/check the address/)
  })
})
