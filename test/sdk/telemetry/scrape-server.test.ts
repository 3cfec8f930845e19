import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type ScrapeServer, type ScrapeServerOptions, startScrapeServer } from '../../../sdk/src/telemetry/scrape-server.ts'

const started: ScrapeServer[] = []
afterEach(() => started.splice(0).forEach((server) => server.close()))

async function start(options: Partial<ScrapeServerOptions> = {}): Promise<string> {
  const server = await startScrapeServer({ host: '127.0.0.1', port: 0, page: () => Promise.resolve('up 1\n'), ...options })
  started.push(server)
  return server.url
}

/** Asks with any Host header, which fetch does not let one set. */
function ask(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

describe('the server that Prometheus scrapes', () => {
  it('takes a free port and serves the page in the format of Prometheus', async () => {
    const response = await fetch(await start())
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await response.text()).toBe('up 1\n')
  })

  it.each(['localhost:9464', 'LOCALHOST', '127.0.0.1:1', '[::1]:9464', '10.0.0.7:9464'])('answers a request for %s', async (host) => {
    expect(await ask(await start(), host)).toBe(200)
  })

  it.each(['evil.example', 'localhost.evil.example:9464', '127.0.0.1.evil.example'])(
    'refuses a request for %s, which came by a rebound name',
    async (host) => {
      expect(await ask(await start(), host)).toBe(403)
    },
  )

  it('answers to any name where the agent chose to listen beyond loopback', async () => {
    const url = await start({ host: '0.0.0.0' })
    expect(await ask(url.replace('0.0.0.0', '127.0.0.1'), 'agent-7:9464')).toBe(200)
  })

  it('lets no web page read it', async () => {
    const response = await fetch(await start(), { headers: { origin: 'https://evil.example' } })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('has one page, and takes nothing in', async () => {
    const url = await start()
    expect((await fetch(new URL('/', url))).status).toBe(404)
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405)
    expect((await fetch(`${url}?a=b`)).status).toBe(200)
  })

  it('answers with 500 and one sentence where the collection fails', async () => {
    const response = await fetch(await start({ page: () => Promise.reject(new Error('reader is shut down')) }))
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('The metrics could not be collected: reader is shut down.\n')
  })

  it('rejects where the port is taken', async () => {
    const port = Number(new URL(await start()).port)
    await expect(start({ port })).rejects.toThrow('EADDRINUSE')
  })
})
