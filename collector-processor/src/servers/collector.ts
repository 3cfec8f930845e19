import type { ServerDefinition } from './definition.ts'
import { collectorBuilder, collectorManifest, collectorVersion } from './collector-manifest.ts'
import { answers } from './ready.ts'
import { shippedFile } from './shipped-files.ts'

const DEFAULT_EXPIRATION_MS = 300_000

/** The OpenTelemetry Collector, run with the `otel-collector.yaml` that we ship: what tests run is what users get. */
export const collector: ServerDefinition = {
  name: 'collector',
  variable: 'PITWALL_COLLECTOR',
  programs: ['otelcol-contrib', 'otelcol', 'otelcol-pitwall'],
  // The first with `resource_constant_labels`, which puts a service's identity on each series.
  minimumVersion: '0.159.0',
  versionArguments: ['--version'],
  release: {
    repository: 'open-telemetry/opentelemetry-collector-releases',
    version: collectorVersion,
    archive: (os, processor) => `otelcol-contrib_${collectorVersion}_${os}_${processor}.tar.gz`,
    checksums: 'opentelemetry-collector-releases_otelcol-contrib_checksums.txt',
    program: () => 'otelcol-contrib',
  },
  goBuild: {
    files: { 'builder-config.yaml': collectorManifest() },
    steps: [['run', collectorBuilder, '--config', 'builder-config.yaml']],
    program: 'build/otelcol-pitwall',
    origin: `OpenTelemetry Collector ${collectorVersion} built with Go`,
  },
  advice: 'install otelcol-contrib or Go 1.25 or newer',
  listens: ['otlpHttp', 'otlpGrpc', 'collectorMetrics', 'collectorHealth'],
  scheme: 'http',
  async launch({ own, peer, options }) {
    const prometheus = peer('prometheus')
    return {
      args: ['--config', options.collectorConfig ?? shippedFile('otel-collector.yaml')],
      env: {
        // 80 % of the memory limiter's limit, so that garbage is collected before agents are turned away.
        GOMEMLIMIT: '320MiB',
        PITWALL_OTLP_HTTP: own('otlpHttp'),
        PITWALL_OTLP_GRPC: own('otlpGrpc'),
        PITWALL_COLLECTOR_METRICS: own('collectorMetrics'),
        PITWALL_COLLECTOR_HEALTH: own('collectorHealth'),
        PITWALL_METRIC_EXPIRATION: `${options.metricExpirationMs ?? DEFAULT_EXPIRATION_MS}ms`,
        ...(prometheus === undefined ? {} : { PITWALL_REMOTE_WRITE: `http://${prometheus}/api/v1/write` }),
      },
      ready: () => answers(`http://${own('collectorHealth')}/`),
    }
  },
}
