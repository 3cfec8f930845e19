import { runCycle } from '../cycle.ts'
import { prometheusClient } from '../prometheus/client.ts'
import { total } from '../recommendation/plan.ts'
import type { NotAdvised, Report } from '../recommendation/recommendation.ts'
import { parseSettings, type Settings, SettingsError } from '../settings.ts'
import { formatSaving } from '../text/numbers.ts'
import { notAdvisedTable, recommendationTable } from '../text/recommendation-table.ts'
import { type Configuration, ConfigurationError, readConfiguration, settingsBelow } from '../user-rules/config-file.ts'
import { ruleSet } from '../user-rules/rule-set.ts'
import { type Command, type CommandIo, type ExitCode, type OptionValues, UsageError } from './command.ts'

/** One evaluation of what Prometheus knows, as a ranked table. Exit code 3 when there is no verdict. */
const advise: Command = {
  summary: 'Judge once what Prometheus knows, and print a ranked table of what to change.',
  options: {
    prometheus: { type: 'string', value: 'URL', description: 'Prometheus, or what speaks its API (default http://127.0.0.1:9090).' },
    window: { type: 'string', value: '1h', description: 'How much of the past is judged (default 1h).' },
    config: { type: 'string', value: 'FILE', description: 'Configuration (default: pitwall.config.ts, .mjs or .js, if any).' },
    rules: { type: 'string', value: 'PATH', description: 'More rules, in YAML: a file or a folder (default: the folder rules, if any).' },
    json: { type: 'boolean', description: 'Print the whole report as one JSON document.' },
  },
  examples: ['pitwall advise', 'pitwall advise --prometheus http://prometheus:9090 --window 30m', 'pitwall advise --json'],
  run: async (options, io) => {
    const { config, rules: path } = options
    const configuration = await readConfiguration(typeof config === 'string' ? config : undefined).catch(asUsage)
    const settings = settingsOf(options, io, configuration)
    const onTrouble = (sentence: string): void => io.err(`pitwall advise: ${sentence}\n`)
    const rules = await ruleSet({ configuration, path: typeof path === 'string' ? path : undefined, onTrouble }).catch(asUsage)
    const report = await runCycle({ settings, client: prometheusClient(settings), rules: rules.current })
    if (options['json'] === true) io.out(`${JSON.stringify(report, null, 2)}\n`)
    else io.out(report.noVerdict === undefined ? page(report, io.colour) : '')
    if (report.noVerdict === undefined) return 0
    io.err(`No verdict: ${report.noVerdict}\n`)
    return 3 satisfies ExitCode
  },
}

export default advise

/** Settings of this command line; a wrong one is the user's mistake. */
function settingsOf({ prometheus, window }: OptionValues, io: CommandIo, configuration: Configuration): Settings {
  const given = {
    ...settingsBelow(io.env, configuration),
    ...(typeof prometheus === 'string' ? { prometheusUrl: prometheus } : {}),
    ...(typeof window === 'string' ? { windowMs: window } : {}),
  }
  try {
    return parseSettings(given, io.env, { prometheusUrl: '--prometheus', windowMs: '--window' })
  } catch (error) {
    throw error instanceof SettingsError ? new UsageError(error.message) : error
  }
}

/** A wrong configuration is the user's mistake. */
function asUsage(error: unknown): never {
  throw error instanceof ConfigurationError ? new UsageError(error.message, { cause: error }) : error
}

function page({ recommendations, notAdvised }: Report, colour: boolean): string {
  const open = recommendations.filter(({ state }) => state === 'proposed' || state === 'accepted')
  const sum = `Together about ${formatSaving({ unit: 's/s', ...total(recommendations) })} of work saved; gains on the same subject are counted once.\n`
  return [
    recommendations.length === 0 ? `${nothing(notAdvised)}\n` : recommendationTable(recommendations, { colour }),
    open.length < 2 ? '' : sum,
    ...open
      .slice(0, 3)
      .map(({ title, advice, evidence, runbook }) => [`${title}: ${advice}`, ...evidence, runbook, ''].join('\n  ').trimEnd() + '\n'),
    notAdvised.length === 0 ? '' : notAdvisedTable(notAdvised, { colour }),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

/** That there is nothing to improve is said only when everything could be judged. */
function nothing(notAdvised: readonly NotAdvised[]): string {
  return notAdvised.some(({ reason }) => reason.startsWith('not enough data'))
    ? 'Nothing to advise yet: not all of it could be judged. A shorter --window needs less data.'
    : 'Nothing to advise.'
}
