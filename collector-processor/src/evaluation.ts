import { type CommandIo, type CommandOption, type OptionValues, UsageError } from './commands/command.ts'
import { runCycle } from './cycle.ts'
import { prometheusClient } from './prometheus/client.ts'
import { configuredDecisions } from './recommendation/decision.ts'
import type { Report } from './recommendation/recommendation.ts'
import { parseSettings, type Settings, SettingsError } from './settings.ts'
import { type Configuration, ConfigurationError, readConfiguration, settingsBelow } from './user-rules/config-file.ts'
import { ruleSet } from './user-rules/rule-set.ts'

/** Options of the commands that judge once. */
export const evaluationOptions = {
  prometheus: { type: 'string', value: 'URL', description: 'Prometheus, or what speaks its API (default http://127.0.0.1:9090).' },
  window: { type: 'string', value: '1h', description: 'How much of the past is judged (default 1h).' },
  alertmanager: { type: 'string', value: 'URL', description: 'Alertmanager, whose silences dismiss and accept (default: none).' },
  config: { type: 'string', value: 'FILE', description: 'Configuration (default: pitwall.config.ts, .mjs or .js, if any).' },
  rules: {
    type: 'string',
    value: 'PATH',
    description: 'More rules, in YAML: a file, a folder or a pattern (default: the folder rules, if any).',
  },
} as const satisfies Readonly<Record<string, CommandOption>>

/** Judges once what Prometheus knows, as the options of a command line say. Rejects with a `UsageError` for the user's mistakes. */
export async function evaluateOnce(options: OptionValues, io: CommandIo, command: string): Promise<Report> {
  const { config, rules: path } = options
  const configuration = await readConfiguration(typeof config === 'string' ? config : undefined).catch(asUsage)
  const settings = settingsOf(options, io, configuration)
  const onTrouble = (sentence: string): void => io.err(`pitwall ${command}: ${sentence}\n`)
  const rules = await ruleSet({ configuration, path: typeof path === 'string' ? path : undefined, onTrouble }).catch(asUsage)
  const decisions = configuredDecisions(configuration)
  const report = await runCycle({ settings, client: prometheusClient(settings), rules: rules.current, decisions })
  report.warnings?.forEach(onTrouble)
  return report
}

/** A wrong configuration is the user's mistake. */
export function asUsage(error: unknown): never {
  throw error instanceof ConfigurationError || error instanceof SettingsError ? new UsageError(error.message, { cause: error }) : error
}

/** Settings of this command line; a wrong one is the user's mistake. */
function settingsOf({ prometheus, window, alertmanager }: OptionValues, io: CommandIo, configuration: Configuration): Settings {
  const given = {
    ...settingsBelow(io.env, configuration),
    ...(typeof prometheus === 'string' ? { prometheusUrl: prometheus } : {}),
    ...(typeof alertmanager === 'string' ? { alertmanagerUrl: alertmanager } : {}),
    ...(typeof window === 'string' ? { windowMs: window } : {}),
  }
  try {
    return parseSettings(given, io.env, { prometheusUrl: '--prometheus', windowMs: '--window', alertmanagerUrl: '--alertmanager' })
  } catch (error) {
    return asUsage(error)
  }
}
