import { type Cycle, runCycle } from '../cycle.ts'
import { createEmitters, type Emitter } from '../emitters/emitter.ts'
import { asUsage } from '../evaluation.ts'
import { Status } from '../pages/status.ts'
import { prometheusClient } from '../prometheus/client.ts'
import { configuredDecisions, type Decision } from '../recommendation/decision.ts'
import type { Report } from '../recommendation/recommendation.ts'
import type { NamedRule } from '../rules/rule.ts'
import { every } from '../schedule.ts'
import { type PageServer, startServer } from '../server.ts'
import { parseSettings, type Settings } from '../settings.ts'
import { type Configuration, readConfiguration, settingsBelow } from '../user-rules/config-file.ts'
import { type RuleSet, ruleSet } from '../user-rules/rule-set.ts'
import { type Command, type CommandIo, type OptionValues, UsageError } from './command.ts'

const DEFAULT_PORT = 9465

/** Collector and Prometheus end a series that was not sent for five minutes: alerts would resolve between two cycles. */
const MAX_OTLP_INTERVAL_MS = 240_000

/** An evaluation every interval, published and shown on loopback, until it is told to stop. */
export default {
  summary: 'Evaluate every interval, publish the recommendations, and show them on a page.',
  options: {
    prometheus: { type: 'string', value: 'URL', description: 'Prometheus, or what speaks its API. Default http://127.0.0.1:9090.' },
    alertmanager: { type: 'string', value: 'URL', description: 'Alertmanager, whose silences dismiss and accept. Default: none.' },
    otlp: { type: 'string', value: 'URL', description: 'Collector that recommendations go to, OTLP over HTTP. Default: none.' },
    interval: { type: 'string', value: 'TIME', description: 'Time between two evaluations. Default 1m.' },
    window: { type: 'string', value: 'TIME', description: 'Time that predictions are made from. Default 1h.' },
    host: { type: 'string', value: 'HOST', description: 'Address to listen on. Default 127.0.0.1.' },
    port: { type: 'string', value: 'PORT', description: `Port of the pages; 0 takes a free one. Default ${DEFAULT_PORT}.` },
    'allowed-hosts': { type: 'string', value: 'NAMES', description: 'More host names that browsers may use, with commas.' },
    config: { type: 'string', value: 'FILE', description: 'Configuration. Default: pitwall.config.ts, .mjs or .js, if any.' },
    rules: {
      type: 'string',
      value: 'PATH',
      description: 'More rules, in YAML: a file, a folder or a pattern. Default: the folder rules, if any.',
    },
    report: { type: 'string', value: 'FILE', description: 'Keep the latest report in a file: .md, .json or .html.' },
  },
  examples: [
    'pitwall serve --prometheus http://127.0.0.1:9090 --otlp http://127.0.0.1:4318',
    'pitwall serve --interval 30s --report advice.md',
  ],
  run: async (values, io) => {
    const configuration = await readConfiguration(text(values, 'config')).catch(asUsage)
    const settings = settingsOf(values, io, configuration)
    const emitters = await emittersOf(values, settings, io)
    const status = new Status(Date.now() / 1_000)
    const onTrouble = (sentence: string): void => io.err(`pitwall serve: ${sentence}\n`)
    const rules = await ruleSet({ configuration, path: text(values, 'rules'), onTrouble }).catch(asUsage)
    const server = await listen(values, status, rules.current)
    try {
      io.err(`Recommendations: ${server.url}/ (Prometheus ${settings.prometheusUrl}, every ${settings.intervalMs / 1_000} s)\n`)
      const adjusted = { ...settings, runbookUrl: runbookUrl(settings, io, server) }
      await evaluateUntilStopped(adjusted, emitters, status, io, rules, configuredDecisions(configuration))
    } finally {
      await Promise.all([server.close(), ...emitters.map((emitter) => emitter.close())])
    }
    return 0
  },
} satisfies Command

async function evaluateUntilStopped(
  settings: Settings,
  emitters: readonly Emitter[],
  status: Status,
  io: CommandIo,
  rules: RuleSet,
  decisions: readonly Decision[],
): Promise<void> {
  const client = prometheusClient({ ...settings, signal: io.signal })
  const stopped = new Promise<void>((resolve) => io.signal.addEventListener('abort', () => resolve(), { once: true }))
  const evaluate = async (): Promise<void> => {
    const trouble: string[] = []
    const started = performance.now()
    await rules.refresh()
    const onEmitError = (sentence: string): void => void trouble.push(sentence)
    const report = await verdict({ settings, client, emitters, rules: rules.current, decisions, onEmitError })
    const news = status.record(report, trouble, (performance.now() - started) / 1_000)
    // Said when it begins, not every minute until it ends.
    for (const sentence of news) if (!io.signal.aborted) io.err(`pitwall serve: ${sentence}\n`)
  }
  await every(settings.intervalMs, () => Promise.race([evaluate(), stopped]), { signal: io.signal })
}

/** Even a defect of ours does not end the service: it is a cycle without a verdict. */
async function verdict(cycle: Cycle): Promise<Report> {
  try {
    return await runCycle(cycle)
  } catch (error) {
    const noVerdict = `The evaluation failed (${error instanceof Error ? error.message : String(error)}); please report it.`
    return { recommendations: [], notAdvised: [], evaluatedAt: Date.now() / 1_000, noVerdict }
  }
}

function settingsOf(values: OptionValues, { env }: CommandIo, configuration: Configuration): Settings {
  try {
    return parseSettings(
      {
        ...settingsBelow(env, configuration),
        ...given({ prometheusUrl: text(values, 'prometheus'), intervalMs: text(values, 'interval'), windowMs: text(values, 'window') }),
        ...given({ alertmanagerUrl: text(values, 'alertmanager') }),
      },
      env,
    )
  } catch (error) {
    return asUsage(error)
  }
}

async function emittersOf(values: OptionValues, settings: Settings, { env }: CommandIo): Promise<readonly Emitter[]> {
  const otlpUrl = text(values, 'otlp') ?? env['OTEL_EXPORTER_OTLP_ENDPOINT']
  if (otlpUrl !== undefined && !URL.canParse(otlpUrl))
    throw new UsageError(`--otlp must be an address such as http://127.0.0.1:4318, not '${otlpUrl}'.`)
  if (otlpUrl !== undefined && settings.intervalMs > MAX_OTLP_INTERVAL_MS)
    throw new UsageError('with --otlp, --interval must be 4m or less: Collector and Prometheus forget a series after 5 minutes.')
  try {
    return await createEmitters({
      otlpUrl,
      otlpHeaders: otlpHeaders(env['OTEL_EXPORTER_OTLP_HEADERS']),
      reportFile: text(values, 'report'),
      env,
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

async function listen(values: OptionValues, status: Status, rules: readonly NamedRule[]): Promise<PageServer> {
  const host = text(values, 'host') ?? '127.0.0.1'
  const port = Number(text(values, 'port') ?? DEFAULT_PORT)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`--port must be a number from 0 to 65535, not '${values['port']}'.`)
  const allowedHosts = (text(values, 'allowed-hosts') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  try {
    return await startServer({ host, port, allowedHosts, rules, content: () => status.content() })
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new UsageError(`${host}:${port} cannot be listened on (${reason}); choose another with --port and --host.`, { cause: error })
  }
}

/** Alerts link to this server, unless the environment names a better address. */
function runbookUrl(settings: Settings, { env }: CommandIo, { url }: PageServer): string {
  if (env['PITWALL_RUNBOOK_URL'] !== undefined) return settings.runbookUrl
  // Nobody can follow a link to the wildcard address.
  return `${url.replace(/\/\/(0\.0\.0\.0|\[::\])/, '//127.0.0.1')}/rules/`
}

/** `tenant=a,authorization=Bearer%20b`, as OpenTelemetry writes headers. */
function otlpHeaders(list = ''): Record<string, string> {
  const pairs = list.split(',').filter((pair) => pair.includes('='))
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), decodeURIComponent(pair.slice(pair.indexOf('=') + 1).trim())]),
  )
}

function text(values: OptionValues, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** Only what was given, so that the rest does not hide the configuration. */
function given(values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
