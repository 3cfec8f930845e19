import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { application, startServer } from '../../collector-processor/src/server.ts'
import { Status } from '../../collector-processor/src/pages/status.ts'
import { discoverRules } from '../../collector-processor/src/rules/rule.ts'
import { sampleRecommendation, sampleReport } from '../support/recommendations.ts'

const rules = [{ id: 'undersized-cache', title: 'Enlarge the cache', runbook: '# Enlarge the cache\n\nBecause it is too small.' }]
const status = new Status(1)
status.record(sampleReport(sampleRecommendation()), ['The Collector is down.'], 1)
const app = application({ rules, content: () => status.content(), allowedHosts: ['Optimizer'] })

const get = (path: string, host = 'localhost:9465'): Response | Promise<Response> => app.request(path, { headers: { host } })

describe('the server', () => {
  it('shows the table, with what could not be published', async () => {
    const response = await get('/')
    const page = await response.text()
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(page).toContain('Enlarge the cache searchFlights')
    expect(page).toContain('The Collector is down.')
  })

  it('explains each rule where alerts link to', async () => {
    expect(await (await get('/rules/undersized-cache')).text()).toContain('Because it is too small.')
    expect((await get('/rules/%3Cscript%3E')).status).toBe(404)
  })

  it('explains every rule there is', async () => {
    const all = await discoverRules()
    const explaining = application({ rules: all, content: () => status.content() })
    for (const { id, title } of all) {
      const page = await (await explaining.request(`/rules/${id}`, { headers: { host: 'localhost' } })).text()
      expect(page, id).toContain(title)
    }
  })

  it('gives the report as JSON and the series as Prometheus text', async () => {
    expect(await (await get('/api/recommendations')).json()).toEqual(sampleReport(sampleRecommendation()))
    const metrics = await get('/metrics')
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await metrics.text()).toContain('pitwall_recommendation_info{')
  })

  it('is healthy without a verdict, and says why there is none', async () => {
    const failing = new Status(1)
    failing.record({ ...sampleReport(), noVerdict: 'Prometheus is down.' }, [], 1)
    const response = await application({ rules, content: () => failing.content() }).request('/healthz', { headers: { host: 'localhost' } })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ status: 'up', verdict: false, reason: 'Prometheus is down.' })
  })

  it.each(['127.0.0.1:9465', '[::1]:9465', 'LOCALHOST', 'optimizer:9465'])('answers to the host name %s', async (host) => {
    expect((await get('/', host)).status).toBe(200)
  })

  it.each(['evil.example', 'localhost.evil.example:9465', '10.0.0.1', ''])(
    'refuses the host name "%s", which DNS rebinding would bring',
    async (host) => {
      for (const path of ['/', '/api/recommendations', '/healthz', '/metrics']) expect((await get(path, host)).status, path).toBe(403)
    },
  )

  it('runs no script, is in no frame, and is read by no other origin', async () => {
    const { headers } = await app.request('/', { headers: { host: 'localhost', origin: 'https://evil.example' } })
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; .*frame-ancestors 'none'$/,
    )
    expect(headers.get('access-control-allow-origin')).toBeNull()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('changes nothing on request', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await app.request('/api/recommendations', { method, headers: { host: 'localhost' } })).status).toBe(404)
    }
  })

  it('listens on loopback, and frees its port while a connection is open', async () => {
    const server = await startServer({ port: 0, rules, content: () => status.content() })
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const open = request(`${server.url}/healthz`, { headers: { 'content-length': '10' }, method: 'POST' }).on('error', () => {})
    open.write('1')
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    await server.close()
    open.destroy()
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed')
  })
})
