import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { getBooleanFromEnv, getStringFromEnv } from '@opentelemetry/core'
import { summaryFolder } from './contract/summary.ts'
import { settingsFrom } from './options.ts'
import { startProfilers } from './start-profilers.ts'
import { keepSummary } from './summary/keep-summary.ts'

/** Variables that say where telemetry is to go: only where one is set does `pitwall run` send any. */
const destinations = [
  'METRICS_EXPORTER',
  'TRACES_EXPORTER',
  'EXPORTER_OTLP_ENDPOINT',
  'EXPORTER_OTLP_METRICS_ENDPOINT',
  'EXPORTER_OTLP_TRACES_ENDPOINT',
]

// Entry of `pitwall run`, by attach.cjs. An agent that registers the SDK itself, or an SDK of its own, finds nothing taken.
const folder = getStringFromEnv(summaryFolder)
if (folder !== undefined && getBooleanFromEnv('OTEL_SDK_DISABLED') !== true) {
  const { profilers, budget } = settingsFrom({})
  startProfilers(profilers, budget)
  keepSummary(folder)
  if (destinations.some((name) => getStringFromEnv(`OTEL_${name}`) !== undefined)) registration().register()
}

/** Loads what only a process that sends telemetry needs, most of the modules, and does not wait for it as `import()` would. */
function registration(): typeof import('./register.ts') {
  return createRequire(import.meta.url)(`./register${extname(import.meta.url)}`)
}
