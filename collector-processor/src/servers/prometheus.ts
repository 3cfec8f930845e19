import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LaunchContext, ServerDefinition } from './definition.ts'
import { atLeast } from './version.ts'
import { prometheusConfig } from './prometheus-config.ts'
import { answers } from './ready.ts'
import { shippedRules } from './shipped-files.ts'

const DEFAULT_SCRAPE_MS = 15_000

/** Prometheus with our rules, told where Collector and Alertmanager are. */
export const prometheus: ServerDefinition = {
  name: 'prometheus',
  variable: 'PITWALL_PROMETHEUS',
  programs: ['prometheus'],
  minimumVersion: '2.42.0',
  versionArguments: ['--version'],
  release: {
    repository: 'prometheus/prometheus',
    version: '3.14.0',
    archive: (os, processor) => `prometheus-3.14.0.${os}-${processor}.tar.gz`,
    checksums: 'sha256sums.txt',
    program: (os, processor) => `prometheus-3.14.0.${os}-${processor}/prometheus`,
  },
  debian: { packages: ['prometheus', 'libjs-jquery'], program: 'usr/bin/prometheus', fixedFolders: ['/usr/share/prometheus/web'] },
  advice: 'install Prometheus 2.42 or newer',
  listens: ['prometheus'],
  scheme: 'http',
  async launch(context) {
    await writePrometheusConfig(context, [])
    return {
      args: [
        `--config.file=${configFile(context.folder)}`,
        `--storage.tsdb.path=${join(context.folder, 'data')}`,
        '--storage.tsdb.retention.time=7d',
        '--storage.tsdb.retention.size=512MB',
        `--web.listen-address=${context.own('prometheus')}`,
        // Prometheus learns of Alertmanager some 5 s after its start; an alert that fired before is sent again, by default after a minute.
        `--rules.alert.resend-delay=${Math.min(60_000, 4 * scrapeIntervalOf(context))}ms`,
        '--web.enable-lifecycle',
        '--web.enable-remote-write-receiver',
        ...(hasOtlp(context) ? ['--web.enable-otlp-receiver'] : []),
      ],
      ready: async () => (await answers(`http://${context.own('prometheus')}/-/ready`)) && (await isOurs(context)),
    }
  },
}

/** Its flags say where its configuration lies, and no other Prometheus has that one. */
async function isOurs(context: LaunchContext): Promise<boolean> {
  const response = await fetch(`http://${context.own('prometheus')}/api/v1/status/flags`, { signal: AbortSignal.timeout(1_000) })
  return (await response.text()).includes(JSON.stringify(configFile(context.folder)))
}

const configFile = (folder: string): string => join(folder, 'prometheus.yml')
const scrapeIntervalOf = ({ options }: LaunchContext): number => options.scrapeIntervalMs ?? DEFAULT_SCRAPE_MS
const hasOtlp = ({ version }: LaunchContext): boolean => atLeast(version, '3.0.0')

/** Writes the configuration of a stack's Prometheus, with agents to scrape directly; whole, so that a reload never reads half of it. */
export async function writePrometheusConfig(context: LaunchContext, agents: readonly string[]): Promise<void> {
  const { folder, options } = context
  const text = prometheusConfig({
    scrapeIntervalMs: scrapeIntervalOf(context),
    ruleFiles: options.ruleFiles ?? shippedRules(),
    alertmanager: context.peer('alertmanager'),
    collector: options.scrapeCollector === false ? undefined : context.peer('collectorMetrics'),
    agents,
    otlp: hasOtlp(context),
  })
  await writeFile(`${configFile(folder)}.new`, text)
  await rename(`${configFile(folder)}.new`, configFile(folder))
}
