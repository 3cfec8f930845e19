import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { collectorVersion } from '../../collector-processor/src/servers/collector-manifest.ts'

const file = resolve(import.meta.dirname, '../../docker/compose.yaml')
const folder = dirname(file)
const root = resolve(folder, '..')

/** As much of a Compose file as these tests look at. */
const service = z.object({
  image: z.string().optional(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  privileged: z.boolean().optional(),
  mem_limit: z.string().optional(),
  pids_limit: z.number().optional(),
  logging: z.object({ options: z.record(z.string(), z.string()) }).optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
})
const compose = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.unknown()) })
  .parse(parse(readFileSync(file, 'utf8'), { merge: true }))
const services = Object.entries(compose.services)

const binds = services.flatMap(([name, { volumes }]) =>
  volumes.filter((volume) => /^\.\.?\//.test(volume)).map((volume): [string, string] => [name, volume]),
)
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('the Compose file', () => {
  it('follows the specification', () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/dclint/bin/dclint.cjs'), '--formatter=stylish', file],
      {
        encoding: 'utf8',
      },
    )
    expect((stdout + stderr).trim()).toBe('')
  })

  it('starts the whole road: agents, servers, optimizer', () => {
    expect(services.map(([name]) => name).toSorted()).toEqual([
      'agent',
      'alertmanager',
      'collector',
      'grafana',
      'optimizer',
      'prometheus',
      'redis',
    ])
  })

  it('runs the Collector that everything was tested with', () => {
    expect(compose.services['collector']?.image).toBe(`otel/opentelemetry-collector-contrib:${collectorVersion}`)
  })

  it.each(binds)('gives %s a file that exists, read-only: %s', (_, volume) => {
    const [source = '', , mode] = volume.split(':')
    expect(existsSync(resolve(folder, source)), source).toBe(true)
    expect(mode).toBe('ro')
  })

  it('declares every volume that is used, and no other', () => {
    const used = services.flatMap(([, { volumes }]) =>
      volumes.map((volume) => volume.split(':')[0] ?? '').filter((name) => /^\w/.test(name)),
    )
    expect(used.toSorted()).toEqual(Object.keys(compose.volumes).toSorted())
  })
})

describe.each(services)('the service %s', (_, definition) => {
  it('has a version, or is built from our own file', () => {
    const { image, build } = definition
    if (image !== undefined) expect(image).toMatch(/^[a-z0-9./-]+:v?\d+\.\d+\.\d+[a-z0-9.-]*$/)
    else expect(existsSync(resolve(folder, build?.context ?? '', build?.dockerfile ?? 'none'))).toBe(true)
  })

  it('is not root and cannot become it', () => {
    expect(definition.user).toMatch(/^[1-9]\d*:\d+$/)
    expect(definition.cap_drop).toEqual(['ALL'])
    expect(definition.security_opt).toEqual(['no-new-privileges:true'])
    expect(definition.privileged).toBeUndefined()
    expect(definition.read_only).toBe(true)
  })

  it('is bounded in memory, processes and logs', () => {
    expect(definition.mem_limit).toMatch(/^\d+[mg]$/)
    expect(definition.pids_limit).toBeGreaterThan(0)
    expect(definition.logging?.options).toMatchObject({ 'max-size': expect.any(String), 'max-file': expect.any(String) })
  })

  it('is published on loopback only', () => {
    for (const port of definition.ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  })

  it('waits for health only where health is checked', () => {
    for (const [name, { condition }] of Object.entries(definition.depends_on)) {
      const checked = compose.services[name]?.healthcheck !== undefined
      expect(condition, name).toBe(checked ? 'service_healthy' : 'service_started')
    }
  })
})

describe('ports and addresses agree', () => {
  const environment = (name: string): Record<string, string> => compose.services[name]?.environment ?? {}
  const published = (name: string): string[] => (compose.services[name]?.ports ?? []).map((port) => port.split(':')[2] ?? '')

  it('between agents, optimizer and Collector', () => {
    expect(environment('agent')['OTEL_EXPORTER_OTLP_ENDPOINT']).toBe('http://collector:4318')
    expect(compose.services['optimizer']?.command).toContain('--otlp=http://collector:4318')
    expect(environment('collector')['PITWALL_OTLP_HTTP']).toBe('0.0.0.0:4318')
    expect(published('collector')).toEqual(['4317', '4318'])
  })

  it('between Collector, Prometheus, Alertmanager and the optimizer', () => {
    const prometheus = read('docker/prometheus.yaml')
    expect(environment('collector')['PITWALL_COLLECTOR_METRICS']).toBe('0.0.0.0:8889')
    expect(prometheus).toContain('collector:8889')
    expect(prometheus).toContain('alertmanager:9093')
    expect(compose.services['optimizer']?.command).toContain('--alertmanager=http://alertmanager:9093')
    expect(prometheus).toContain('/etc/prometheus/rules/')
  })

  it('between Grafana, Prometheus and the dashboards', () => {
    expect(read('grafana/provisioning/datasources/pitwall.yaml')).toContain('url: http://prometheus:9090')
    const dashboards = parse(read('grafana/provisioning/dashboards/pitwall.yaml')).providers[0].options.path
    expect(environment('grafana')['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']).toBe(`${dashboards}/fleet.json`)
    expect(read('docker/grafana.Dockerfile')).toContain(`COPY --from=build /dashboards ${dashboards}`)
  })

  it('between every variable of the Collector and its configuration', () => {
    const variables = Object.keys(environment('collector')).filter((name) => name.startsWith('PITWALL_'))
    for (const variable of variables) expect(read('otel-collector.yaml')).toContain(`\${env:${variable}:-`)
  })
})
