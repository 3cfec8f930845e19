import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { promotedResourceAttributes } from '../../../sdk/src/contract/index.ts'
import { collector } from '../../../collector-processor/src/servers/collector.ts'
import { collectorManifest } from '../../../collector-processor/src/servers/collector-manifest.ts'
import { findProgram } from '../../../collector-processor/src/servers/find-program.ts'
import { run } from '../../../collector-processor/src/servers/install/run.ts'
import { collectorConfigPath, remoteWriteConfig } from '../../support/collector-config.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitwall-collector-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What the real Collector says of a configuration; nothing when it accepts it. */
async function validate(path: string): Promise<string> {
  const { program } = await findProgram(collector)
  const { code, output } = await run(program, ['validate', '--config', path])
  return code === 0 ? output.trim() : `exit code ${code}: ${output}`
}

describe('otel-collector.yaml', () => {
  it('is accepted by the real Collector', async () => {
    expect(await validate(collectorConfigPath)).toBe('')
  }, 600_000)

  it('is accepted with its remote-write variant uncommented', async () => {
    const path = join(folder, 'remote-write.yaml')
    await writeFile(path, remoteWriteConfig())
    expect(await validate(path)).toBe('')
    const { service, exporters } = parse(remoteWriteConfig())
    expect(service.pipelines.metrics.exporters).toEqual(['prometheus_remote_write'])
    expect(exporters.prometheus_remote_write).toBeDefined()
  })

  it('puts exactly the promised resource attributes on each series, on both routes', () => {
    const { exporters } = parse(remoteWriteConfig())
    for (const name of ['prometheus', 'prometheus_remote_write']) {
      expect(exporters[name].resource_constant_labels.included).toEqual(promotedResourceAttributes)
    }
  })

  it('limits memory first in every pipeline, and listens on loopback only', async () => {
    const text = await readFile(collectorConfigPath, 'utf8')
    const { service } = parse(text)
    for (const pipeline of Object.values<{ processors: string[] }>(service.pipelines)) expect(pipeline.processors[0]).toBe('memory_limiter')
    for (const [, address] of text.matchAll(/^\s*endpoint: \$\{env:\w+:-(.*)\}$/gm)) expect(address).toMatch(/^127\.0\.0\.1:\d+$/)
  })
})

describe('the manifest of the slim Collector', () => {
  it('is the one in docker/otelcol', async () => {
    const path = resolve(import.meta.dirname, '../../../docker/otelcol/builder-config.yaml')
    expect(await readFile(path, 'utf8')).toBe(collectorManifest())
  })

  it('has every component that otel-collector.yaml names', async () => {
    const { program, source, origin } = await findProgram(collector)
    const { output } = await run(program, ['components'])
    const config: Record<string, Record<string, unknown>> = parse(remoteWriteConfig())
    expect(`${source} ${origin}`).toBeTruthy()
    for (const kind of ['receivers', 'processors', 'exporters', 'extensions']) {
      for (const name of Object.keys(config[kind] ?? {})) expect(output, `${kind} ${name}`).toContain(`name: ${name}\n`)
    }
  })
})
