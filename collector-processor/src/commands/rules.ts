import { parseArgs } from 'node:util'
import { asUsage } from '../evaluation.ts'
import { PrometheusError } from '../prometheus/error.ts'
import { metricNames } from '../prometheus/metric-names.ts'
import { parseSettings, settingVariables } from '../settings.ts'
import { readConfiguration } from '../user-rules/config-file.ts'
import type { ReadRule } from '../user-rules/read-rule.ts'
import { mistakeLine, readRuleFile, ruleFiles } from '../user-rules/rule-files.ts'
import { ruleSet } from '../user-rules/rule-set.ts'
import { type Command, type CommandIo, type ExitCode, type OptionValues, UsageError } from './command.ts'

/** Rules: which there are, and whether those of the user are right. Exit code 1 when a file has mistakes or a case comes out otherwise. */
const rules: Command = {
  summary: 'List all rules, or check and test rules in YAML.',
  options: {
    config: { type: 'string', value: 'FILE', description: 'Configuration (default: pitwall.config.ts, .mjs or .js, if any).' },
    rules: {
      type: 'string',
      value: 'PATH',
      description: 'Rules in YAML: a file, a folder or a pattern (default: the folder rules, if any).',
    },
    prometheus: { type: 'string', value: 'URL', description: 'check: warn of metrics that neither Pitwall nor this Prometheus has.' },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  examples: [
    'pitwall rules list',
    'pitwall rules check rules --prometheus http://127.0.0.1:9090',
    "pitwall rules test 'rules/**/*.yaml'",
    'pitwall rules check --json slow-search.yaml',
  ],
  operands: 'list | check FILE... | test FILE...',
  run: async (before, io, operands) => {
    const { values, positionals } = parsed(operands)
    const options = { ...before, ...values }
    const [action, ...files] = positionals
    if (action === 'list' && files.length === 0) return list(options, io)
    if (action === 'check' && files.length > 0) return check(files, options, io)
    if (action === 'test' && files.length > 0) return test(files, options, io)
    throw new UsageError("say 'list', or 'check' or 'test' with the files, folders or patterns to check.")
  },
}

/** Options may also stand behind the action. */
function parsed(operands: readonly string[]): { values: OptionValues; positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...operands], options: rules.options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

export default rules

async function list({ config, rules: path, json }: OptionValues, io: CommandIo): Promise<ExitCode> {
  let isBroken = false
  const onTrouble = (sentence: string): void => {
    isBroken = true
    io.err(`pitwall rules: ${sentence}\n`)
  }
  const configuration = await readConfiguration(typeof config === 'string' ? config : undefined).catch(asUsage)
  const set = await ruleSet({ configuration, path: typeof path === 'string' ? path : undefined, onTrouble }).catch(asUsage)
  const all = set.sourced().map(({ rule: { id, title, effort }, source }) => ({ id, title, effort, source }))
  const width = Math.max(...all.map(({ id }) => id.length))
  if (json === true) io.out(`${JSON.stringify(all, null, 2)}\n`)
  else for (const { id, title, effort, source } of all) io.out(`${id.padEnd(width)}  ${effort.padEnd(7)}  ${title} (${source})\n`)
  return isBroken ? 1 : 0
}

async function check(paths: readonly string[], { json, prometheus }: OptionValues, io: CommandIo): Promise<ExitCode> {
  const files = (await Promise.all(paths.map((path) => found(path)))).flat()
  const known = await knownMetrics(prometheus ?? io.env[settingVariables.prometheusUrl], io)
  const read = await Promise.all(files.map((file) => readFile(file, known)))
  const mistakes = read.flatMap((one) => one.mistakes)
  const warnings = read.flatMap((one) => one.warnings ?? [])
  if (json === true) io.out(`${JSON.stringify({ files, mistakes, warnings }, null, 2)}\n`)
  else {
    for (const mistake of mistakes) io.err(`${mistakeLine(mistake)}\n`)
    for (const warning of warnings) io.err(`${mistakeLine({ ...warning, message: `warning: ${warning.message}` })}\n`)
    if (mistakes.length === 0) io.out(`${files.length === 1 ? '1 rule is' : `${files.length} rules are`} right.\n`)
  }
  return mistakes.length === 0 ? 0 : 1
}

/** Names of the metrics of a Prometheus; undefined when none is named. One that does not answer is said, and no reason to stop. */
async function knownMetrics(url: string | boolean | undefined, io: CommandIo): Promise<ReadonlySet<string> | undefined> {
  if (typeof url !== 'string' || url === '') return undefined
  try {
    return await metricNames(parseSettings({ prometheusUrl: url }, io.env, { prometheusUrl: '--prometheus' }))
  } catch (error) {
    if (!(error instanceof PrometheusError)) return asUsage(error)
    io.err(`pitwall rules: ${error.message}\n`)
    return undefined
  }
}

async function test(paths: readonly string[], { json }: OptionValues, io: CommandIo): Promise<ExitCode> {
  const files = (await Promise.all(paths.map((path) => found(path)))).flat()
  // Servers and parsers are loaded only where there is something to test.
  const [{ isRight, testFiles }, { resultText }] = await Promise.all([
    import('../rule-tests/test-files.ts'),
    import('../rule-tests/results.ts'),
  ])
  const onProgress = (line: string): void => io.err(`${line}\n`)
  let tested: Awaited<ReturnType<typeof testFiles>>
  try {
    tested = await testFiles(files, { env: io.env, signal: io.signal, onProgress })
  } catch (error) {
    if (io.signal.aborted) return 1
    io.err(`No verdict: ${error instanceof Error ? error.message : String(error)}\n`)
    return 3
  }
  io.out(json === true ? `${JSON.stringify(tested, null, 2)}\n` : resultText(tested))
  const cases = tested.flatMap((file) => file.cases)
  return cases.length > 0 && cases.every(isRight) && tested.every(({ mistakes }) => mistakes.length === 0) ? 0 : 1
}

async function readFile(file: string, known: ReadonlySet<string> | undefined): Promise<ReadRule> {
  const { readRule } = await import('../user-rules/read-rule.ts')
  try {
    return readRule(await readRuleFile(file), file, known)
  } catch (error) {
    throw unreadable(file, error)
  }
}

async function found(path: string): Promise<readonly string[]> {
  try {
    return await ruleFiles(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): UsageError {
  return new UsageError(`${path} cannot be read (${error instanceof Error ? error.message : String(error)}).`, { cause: error })
}
