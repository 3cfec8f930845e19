import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** Path of the Collector configuration that we ship. */
export const collectorConfigPath = resolve(import.meta.dirname, '../../otel-collector.yaml')

/**
 * The shipped configuration with its remote-write variant uncommented, as its comments tell a reader to do it: the commented exporter
 * comes in, and takes the place of the other one in the metrics pipeline.
 */
export function remoteWriteConfig(): string {
  const lines = readFileSync(collectorConfigPath, 'utf8').split('\n')
  const start = lines.findIndex((line) => line.trim() === '# prometheus_remote_write:')
  const end = lines.findIndex((line, at) => at > start && !line.trim().startsWith('#'))
  return lines
    .map((line, at) => (at >= start && at < end ? line.replace('# ', '') : line))
    .filter((line) => line.trim() !== 'exporters: [prometheus]')
    .map((line) => line.replace('# exporters: [prometheus_remote_write]', 'exporters: [prometheus_remote_write]'))
    .join('\n')
}
