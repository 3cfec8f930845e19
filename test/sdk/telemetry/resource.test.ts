import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { processResource } from '../../../sdk/src/telemetry/resource.ts'
import { scope } from '../../../sdk/src/telemetry/scope.ts'

const manifest: { name: string; version: string } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../sdk/package.json'), 'utf8'),
)

afterEach(() => vi.unstubAllEnvs())

describe('the resource of the process', () => {
  it('says who sends: service, instance, host, process and this SDK, without waiting for anything', () => {
    const resource = processResource()
    expect(resource.asyncAttributesPending).toBe(false)
    expect(Object.keys(resource.attributes)).toEqual(
      expect.arrayContaining([
        'service.name',
        'service.instance.id',
        'host.name',
        'process.pid',
        'telemetry.sdk.name',
        'telemetry.distro.name',
      ]),
    )
    expect(scope).toEqual({ name: manifest.name, version: manifest.version })
  })

  it('leaves out the command line, which may hold secrets', () => {
    expect(Object.keys(processResource().attributes).filter((key) => key.startsWith('process.command'))).toEqual([])
  })

  it('lets the option win over OTEL_SERVICE_NAME, that over OTEL_RESOURCE_ATTRIBUTES, and those over what is detected', () => {
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'service.name=third,service.instance.id=mine,host.name=pod')
    const names = () => ['service.name', 'service.instance.id', 'host.name'].map((key) => processResource().attributes[key])
    expect(names()).toEqual(['third', 'mine', 'pod'])
    vi.stubEnv('OTEL_SERVICE_NAME', 'second')
    expect(names()).toEqual(['second', 'mine', 'pod'])
    expect(processResource({ 'service.name': 'first' }).attributes['service.name']).toBe('first')
  })
})
