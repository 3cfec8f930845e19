import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, type CommandIo, type CommandOption, UsageError } from './commands/command.ts'

const folder = new URL('./commands/', import.meta.url)

/** Every file beside `command.ts` is a command: adding one edits nothing here. */
function commandNames(): string[] {
  return readdirSync(folder)
    .filter((file) => /^(?!command\.)[a-z0-9-]+\.(js|ts)$/.test(file))
    .map((file) => basename(file).replace(/\.(js|ts)$/, ''))
    .toSorted()
}

async function loadCommand(name: string): Promise<Command> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const module: { default: Command } = await import(new URL(`${name}.${extension}`, folder).href)
  return module.default
}

async function overview(): Promise<string> {
  const commands = await Promise.all(commandNames().map(async (name) => ({ name, ...(await loadCommand(name)) })))
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}   ${summary}`)
  return `Usage: pitwall COMMAND [OPTIONS]\n\n${lines.join('\n')}\n\nRun pitwall COMMAND --help for its options and examples.\n`
}

const helpOption: CommandOption = { type: 'boolean', description: 'Show this help.' }

function help(name: string, command: Command): string {
  const rows = Object.entries({ ...command.options, help: helpOption }).map(([option, { type, value, description }]) => {
    const flag = type === 'string' ? `--${option} ${value ?? 'VALUE'}` : `--${option}`
    return `  ${flag.padEnd(28)}${description}`
  })
  const usage = [name, '[OPTIONS]', command.operands].filter((part) => part !== undefined).join(' ')
  const examples = command.examples.map((example) => `  ${example}`)
  return `${command.summary}\n\nUsage: pitwall ${usage}\n\nOptions:\n${rows.join('\n')}\n\nExamples:\n${examples.join('\n')}\n`
}

function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return manifest.version
}

/** Streams and signals of this process. */
function processIo(): CommandIo {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort(signal))
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    colour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
    signal: controller.signal,
    env: process.env,
  }
}

/** Parts our options from the command line of a program, which begins behind `--`, or with the first word that is none of ours. */
function splitOperands(args: readonly string[], options: Command['options']): [own: string[], operands: string[]] {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true })
  const first = tokens.find(({ kind }) => kind !== 'option')
  if (first === undefined) return [[...args], []]
  return [args.slice(0, first.index), args.slice(first.kind === 'option-terminator' ? first.index + 1 : first.index)]
}

/** Runs `pitwall` with its arguments; resolves to the exit code and never rejects for a user's mistake. */
export async function main(args: readonly string[], io: CommandIo = processIo()): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.out(await overview())
    return name === undefined ? 2 : 0
  }
  if (name === '--version' || name === '-V') {
    io.out(`${version()}\n`)
    return 0
  }
  if (!commandNames().includes(name)) {
    io.err(`pitwall: there is no command '${name}'; the commands are ${commandNames().join(', ')}.\n`)
    return 2
  }
  const command = await loadCommand(name)
  try {
    const options = { ...command.options, help: helpOption }
    const [own, operands] = command.operands === undefined ? [rest, []] : splitOperands(rest, options)
    const { values } = parseArgs({ args: own, options, strict: true })
    if (values['help'] === true) {
      io.out(help(name, command))
      return 0
    }
    return await command.run(values, io, operands)
  } catch (error) {
    if (
      !(error instanceof UsageError) &&
      !(error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    )
      throw error
    io.err(`pitwall ${name}: ${error.message}\n`)
    return 2
  }
}
