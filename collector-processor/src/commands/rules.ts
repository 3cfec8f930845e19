import { parseArgs } from 'node:util'
import { asUsage } from '../evaluation.ts'
import { readConfiguration } from '../user-rules/config-file.ts'
import type { Mistake } from '../user-rules/read-rule.ts'
import { mistakeLine, readRuleFile, ruleFiles } from '../user-rules/rule-files.ts'
import { ruleSet } from '../user-rules/rule-set.ts'
import { type Command, type CommandIo, type ExitCode, type OptionValues, UsageError } from './command.ts'

/** Rules: which there are, and whether those of the user are right. Exit code 1 when a file has mistakes. */
const rules: Command = {
  summary: 'List all rules, or check rules in YAML.',
  options: {
    config: { type: 'string', value: 'FILE', description: 'Configuration (default: pitwall.config.ts, .mjs or .js, if any).' },
    rules: { type: 'string', value: 'PATH', description: 'Rules in YAML: a file or a folder (default: the folder rules, if any).' },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  examples: ['pitwall rules list', 'pitwall rules check rules', 'pitwall rules check --json slow-search.yaml'],
  operands: 'list | check FILE...',
  run: async (before, io, operands) => {
    const { values, positionals } = parsed(operands)
    const options = { ...before, ...values }
    const [action, ...files] = positionals
    if (action === 'list' && files.length === 0) return list(options, io)
    if (action === 'check' && files.length > 0) return check(files, options, io)
    throw new UsageError("say 'list', or 'check' with the files or folders to check.")
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

async function check(paths: readonly string[], { json }: OptionValues, io: CommandIo): Promise<ExitCode> {
  const files = (await Promise.all(paths.map((path) => found(path)))).flat()
  const mistakes = (await Promise.all(files.map((file) => mistakesOf(file)))).flat()
  if (json === true) io.out(`${JSON.stringify({ files, mistakes }, null, 2)}\n`)
  else if (mistakes.length === 0) io.out(`${files.length === 1 ? '1 rule is' : `${files.length} rules are`} right.\n`)
  else for (const mistake of mistakes) io.err(`${mistakeLine(mistake)}\n`)
  return mistakes.length === 0 ? 0 : 1
}

async function mistakesOf(file: string): Promise<readonly Mistake[]> {
  const { readRule } = await import('../user-rules/read-rule.ts')
  try {
    return readRule(await readRuleFile(file), file).mistakes
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
