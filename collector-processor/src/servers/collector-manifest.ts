const VERSION = '0.161.0'
const CORE = 'go.opentelemetry.io/collector'
const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib'

/** Version of the Collector and of all its components. */
export const collectorVersion = VERSION

/** The tool that builds a Collector, for `go run`. */
export const collectorBuilder = `${CORE}/cmd/builder@v${VERSION}`

/** The components of our slim Collector, by kind, as Go modules. Providers have a version line of their own. */
const modules: Readonly<Record<string, readonly string[]>> = {
  receivers: [`${CORE}/receiver/otlpreceiver v${VERSION}`],
  processors: [`${CORE}/processor/memorylimiterprocessor v${VERSION}`],
  exporters: [
    `${CORE}/exporter/debugexporter v${VERSION}`,
    `${CORE}/exporter/otlpexporter v${VERSION}`,
    `${CORE}/exporter/otlphttpexporter v${VERSION}`,
    `${CONTRIB}/exporter/prometheusexporter v${VERSION}`,
    `${CONTRIB}/exporter/prometheusremotewriteexporter v${VERSION}`,
  ],
  extensions: [`${CONTRIB}/extension/healthcheckextension v${VERSION}`],
  providers: ['env', 'file', 'yaml'].map((name) => `${CORE}/confmap/provider/${name}provider v1.67.0`),
}

/** Manifest for the OpenTelemetry Collector builder. `docker/otelcol/builder-config.yaml` is this text, and a test holds that. */
export function collectorManifest(): string {
  const lists = Object.entries(modules).map(([kind, list]) => `${kind}:\n${list.map((module) => `  - gomod: ${module}\n`).join('')}`)
  return `# A slim OpenTelemetry Collector: only what otel-collector.yaml uses. Build it with
#   go run ${collectorBuilder} --config builder-config.yaml
dist:
  name: otelcol-pitwall
  description: OpenTelemetry Collector with the components that Pitwall uses
  version: ${VERSION}
  output_path: ./build

${lists.join('\n')}`
}
