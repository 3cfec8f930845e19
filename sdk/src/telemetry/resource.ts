import { arch, hostname } from 'node:os'
import type { Attributes } from '@opentelemetry/api'
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
  type Resource,
} from '@opentelemetry/resources'
import { scope } from './scope.ts'

/**
 * Who sends the telemetry: service, instance, host and process. `OTEL_RESOURCE_ATTRIBUTES` wins over what is detected,
 * `OTEL_SERVICE_NAME` over it, `given` over all. Nothing here waits, and the command line is left out: it may hold secrets.
 */
export function processResource(given: Attributes = {}): Resource {
  return defaultResource()
    .merge(detectResources({ detectors: [serviceInstanceIdDetector] }))
    .merge(resourceFromAttributes(host()))
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector] }))
    .merge(detectResources({ detectors: [serviceNameEnvDetector] }))
    .merge(resourceFromAttributes(given))
}

function host(): Attributes {
  return {
    'host.name': hostname(),
    'host.arch': arch() === 'x64' ? 'amd64' : arch(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'telemetry.distro.name': scope.name,
    'telemetry.distro.version': scope.version,
  }
}
