import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { promotedResourceAttributes } from '../../../sdk/src/contract/index.ts'
import { prometheusConfig, type PrometheusSettings } from '../../../collector-processor/src/servers/prometheus-config.ts'
import { shippedRules } from '../../../collector-processor/src/servers/shipped-files.ts'
import { promtool } from '../../support/promtool.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-prometheus-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const all: PrometheusSettings = {
  scrapeIntervalMs: 500,
  ruleFiles: shippedRules(),
  alertmanager: '127.0.0.1:9093',
  collector: '127.0.0.1:8889',
  agents: ['127.0.0.1:9464', '127.0.0.1:9465'],
  otlp: false,
}
const none: PrometheusSettings = { scrapeIntervalMs: 15_000, ruleFiles: [], agents: [], otlp: false }

describe('docker/prometheus.yaml', () => {
  it('is accepted by the real Prometheus, and makes the same choices', async () => {
    const path = resolve(import.meta.dirname, '../../../docker/prometheus.yaml')
    for (const output of await promtool('check', 'config', '--syntax-only', path)) expect(output).toContain('SUCCESS')
    const docker = parse(await readFile(path, 'utf8'))
    const own = JSON.parse(prometheusConfig(all))
    expect(docker.scrape_configs[0]).toMatchObject({ job_name: own.scrape_configs[0].job_name, honor_labels: true })
    expect(docker.storage).toEqual(own.storage)
  })
})

describe('prometheusConfig', () => {
  it.each([
    ['everything', all],
    ['nothing', none],
  ])('is accepted by the real Prometheus with %s', async (title, settings) => {
    const path = join(folder, `${title}.yml`)
    await writeFile(path, prometheusConfig(settings))
    for (const output of await promtool('check', 'config', path)) expect(output).toContain('SUCCESS')
  })

  it('keeps the labels that the Collector gives, and says whose agents are', () => {
    const { scrape_configs: jobs } = JSON.parse(prometheusConfig(all))
    expect(jobs).toMatchObject([
      { job_name: 'collector', honor_labels: true, static_configs: [{ targets: ['127.0.0.1:8889'] }] },
      { job_name: 'agents', static_configs: [{ targets: ['127.0.0.1:9464', '127.0.0.1:9465'] }] },
    ])
  })

  it('scrapes nothing, and alerts nobody, that is not there', () => {
    const config = JSON.parse(prometheusConfig(none))
    expect(config.scrape_configs).toEqual([])
    expect(config.alerting).toBeUndefined()
  })

  it('promotes who sent a metric where Prometheus receives OTLP itself', () => {
    expect(JSON.parse(prometheusConfig({ ...all, otlp: true })).otlp.promote_resource_attributes).toEqual(promotedResourceAttributes)
    expect(JSON.parse(prometheusConfig(all)).otlp).toBeUndefined()
  })

  it('never waits longer for a scrape than until the next one', () => {
    expect(JSON.parse(prometheusConfig(all)).global).toMatchObject({ scrape_interval: '500ms', scrape_timeout: '500ms' })
    expect(JSON.parse(prometheusConfig(none)).global).toMatchObject({ scrape_interval: '15000ms', scrape_timeout: '10000ms' })
  })
})
