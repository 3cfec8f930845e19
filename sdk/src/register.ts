import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { diag, metrics } from '@opentelemetry/api'
import { getBooleanFromEnv } from '@opentelemetry/core'
import type { Resource } from '@opentelemetry/resources'
import { MeterProvider, type MetricProducer } from '@opentelemetry/sdk-metrics'
import { type RegisterOptions, type Settings, settingsFrom } from './options.ts'
import { watchStart } from './sampling/start-watch.ts'
import { startProfilers } from './start-profilers.ts'
import { settledWithin } from './telemetry/deadline.ts'
import { reason, setUpDiagnostics } from './telemetry/diagnostics.ts'
import { flushAtExit } from './telemetry/exit.ts'
import { isRegistered } from './telemetry/global-api.ts'
import { metricReaders } from './telemetry/metric-readers.ts'
import { metricProducer } from './telemetry/producer.ts'
import { processResource } from './telemetry/resource.ts'

/** The SDK at work. Neither method rejects, and both end within `shutdownTimeoutMs`. */
export interface Registration {
  /** Sends what has been measured up to now. */
  forceFlush(): Promise<void>
  /**
   * Sends the rest and ends everything that `register` began; after it, `register` begins anew. Await it before
   * `process.exit()`, which leaves no time to send anything; a process that ends in any other way needs no call.
   */
  shutdown(): Promise<void>
  /** All that the SDK measures, for a metric reader of your own. */
  readonly metricProducer: MetricProducer
  /** With `exporter: 'prometheus'`: address of the page to scrape; undefined where the port could not be had. */
  readonly prometheusEndpoint?: Promise<string | undefined>
}

let running: Registration | undefined

/**
 * Starts measuring and sending: metrics to the Collector at `OTEL_EXPORTER_OTLP_ENDPOINT`, spans too if asked for, profilers,
 * and a last export when the process ends. Call it once, before anything else, or start node with
 * `--import @pitwall/sdk/register`; further calls return what the first one did. It never throws: an agent runs without it.
 * Where OpenTelemetry is set up already, its providers stay and no second one is started. `OTEL_SDK_DISABLED=true` makes it do nothing.
 */
export function register(options?: RegisterOptions): Registration {
  if (running !== undefined) {
    if (options !== undefined) diag.warn('register was called before, perhaps by --import; its first options stay in force.')
    return running
  }
  if (getBooleanFromEnv('OTEL_SDK_DISABLED')) return idle
  try {
    setUpDiagnostics()
    return (running = start(settingsFrom(options ?? {})))
  } catch (error) {
    diag.error(`the SDK could not be started (${reason(error)}). The agent runs on without telemetry.`)
    return idle
  }
}

const idle: Registration = { forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve(), metricProducer }

/** What was started, in the two verbs that end it. */
interface Part {
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

function start(settings: Settings): Registration {
  const resource = processResource(settings.serviceName === undefined ? {} : { 'service.name': settings.serviceName })
  const parts: Part[] = []
  const within = (work: Promise<unknown>[]) => settledWithin(Promise.allSettled(work), settings.shutdownTimeoutMs)
  const forceFlush = async () => void (await within(parts.map((part) => part.forceFlush())))

  const { readers, scrape } = metricsAreTaken() ? { readers: [], scrape: undefined } : readersFor(settings)
  if (readers.length > 0) parts.push(startMetrics(new MeterProvider({ resource, readers: [...readers] })))
  if (settings.spanExporters.length > 0 && !isRegistered('trace')) parts.push(startSpans(settings, resource))
  const forgetStart = watchStart()
  const stopProfilers = startProfilers(settings.profilers, settings.budget)
  const forgetExit = flushAtExit(forceFlush)

  let ended: Promise<void> | undefined
  const end = async () => {
    forgetExit()
    await within(parts.map((part) => part.shutdown()))
    stopProfilers()
    forgetStart()
    running = undefined
  }
  return {
    forceFlush,
    shutdown: () => (ended ??= end()),
    metricProducer,
    ...(scrape !== undefined && { prometheusEndpoint: scrape.endpoint }),
  }
}

function metricsAreTaken(): boolean {
  if (!isRegistered('metrics')) return false
  diag.warn(
    "OpenTelemetry metrics are set up already, so no second provider is started: pass `metricProducer` of '@pitwall/sdk' to your metric reader, as metricProducers: [metricProducer].",
  )
  return true
}

function readersFor(settings: Settings) {
  return metricReaders(settings.metricExporters, {
    intervalMs: settings.exportIntervalMs,
    timeoutMs: settings.exportTimeoutMs,
    scrape: { host: settings.prometheusHost, port: settings.prometheusPort },
  })
}

/**
 * Loads what only agents with tracing need, a ninth of all modules, and does not wait for it as `import()` would: spans
 * of the agent's first lines count.
 */
function startSpans({ spanExporters, exportTimeoutMs }: Settings, resource: Resource): Part {
  const load = createRequire(import.meta.url)
  const extension = extname(import.meta.url)
  const { startTracing }: typeof import('./telemetry/tracing.ts') = load(`./telemetry/tracing${extension}`)
  const { ModelSpans }: typeof import('./models/model-spans.ts') = load(`./models/model-spans${extension}`)
  const { followRuns }: typeof import('./runs/follow-runs.ts') = load(`./runs/follow-runs${extension}`)
  const { EffectSpans }: typeof import('./effects/effect-spans.ts') = load(`./effects/effect-spans${extension}`)
  return startTracing(spanExporters, resource, exportTimeoutMs, [new ModelSpans(), followRuns(), new EffectSpans()])
}

function startMetrics(provider: MeterProvider): Part {
  metrics.setGlobalMeterProvider(provider)
  return {
    forceFlush: () => provider.forceFlush(),
    async shutdown() {
      metrics.disable()
      await provider.shutdown()
    },
  }
}
