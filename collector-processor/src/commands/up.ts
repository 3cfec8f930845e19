import { definitions } from '../servers/definitions.ts'
import { startStack } from '../servers/start-stack.ts'
import type { ServerName, Stack } from '../servers/stack.ts'
import { renderTable } from '../text/table.ts'
import { type Command, type CommandIo, type OptionValues, UsageError } from './command.ts'

/** `pitwall up`: the real servers on loopback, until Ctrl-C. */
const up: Command = {
  summary: 'Start Redis, Collector, Prometheus and Alertmanager on loopback, until Ctrl-C',
  options: {
    json: { type: 'boolean', description: 'Print one JSON document instead of a table.' },
    only: { type: 'string', value: 'LIST', description: 'Servers to start, with commas: redis,collector,prometheus,alertmanager.' },
    directory: { type: 'string', value: 'FOLDER', description: 'Keep data and logs there (default: a temporary folder).' },
    'scrape-interval': { type: 'string', value: 'SECONDS', description: 'How often Prometheus scrapes and evaluates rules (default 5).' },
  },
  examples: ['pitwall up', 'pitwall up --only redis,prometheus', 'pitwall up --json'],
  async run(options, io) {
    const stack = await start(options, io)
    if (stack === undefined) return 0
    try {
      io.out(options['json'] === true ? json(stack) : table(stack, io.colour))
      if (stack.running.length === 0) return 1
      await aborted(io.signal)
      return 0
    } finally {
      await stack.stop()
    }
  },
}
export default up

/** Undefined when Ctrl-C came first. */
async function start(options: OptionValues, io: CommandIo): Promise<Stack | undefined> {
  const { only, directory } = options
  const seconds = Number(options['scrape-interval'] ?? 5)
  if (!(seconds >= 0.1 && seconds <= 3_600)) {
    throw new UsageError(`--scrape-interval is ${String(options['scrape-interval'])}; it must be a number of seconds from 0.1 to 3600.`)
  }
  const servers = typeof only === 'string' ? parseServers(only) : undefined
  try {
    return await startStack({
      scrapeIntervalMs: Math.round(seconds * 1000),
      usualPorts: true,
      onProgress: (line) => io.err(`${line}\n`),
      signal: io.signal,
      env: io.env,
      ...(servers === undefined ? {} : { servers }),
      ...(typeof directory === 'string' ? { directory } : {}),
    })
  } catch (error) {
    if (io.signal.aborted) return undefined
    throw error
  }
}

function parseServers(list: string): ServerName[] {
  return list.split(',').map((name) => {
    const definition = definitions.find((candidate) => candidate.name === name.trim())
    if (definition === undefined) {
      throw new UsageError(`--only names '${name.trim()}'; the servers are ${definitions.map((candidate) => candidate.name).join(', ')}.`)
    }
    return definition.name
  })
}

function table({ running, missing, endpoints }: Stack, colour: boolean): string {
  const columns = ['server', 'version', 'source', 'endpoint', 'where it came from'].map((title) => ({ title }))
  const rows = running.map(({ name, version, source, endpoint, origin }) => [name, version, source, endpoint, origin])
  const lines = [renderTable(columns, rows, { colour })]
  for (const { name, reason } of missing)
    lines.push(`missing: ${reason}${name === 'collector' ? ' Agents are scraped directly instead.' : ''}\n`)
  if (endpoints.otlp !== undefined) {
    const elsewhere = endpoints.otlp === 'http://127.0.0.1:4318' ? '' : `OTEL_EXPORTER_OTLP_ENDPOINT=${endpoints.otlp} `
    lines.push(`\nSend an agent's telemetry here:\n  ${elsewhere}node --import @pitwall/sdk/register agent.js\n`)
  }
  if (endpoints.prometheus !== undefined) {
    const elsewhere = endpoints.prometheus === 'http://127.0.0.1:9090' ? '' : ` --prometheus ${endpoints.prometheus}`
    lines.push(`Ask for advice, a few minutes later:\n  pitwall advise${elsewhere} --window 6m\n`)
  }
  if (running.length > 0) lines.push('\nCtrl-C stops everything.\n')
  return lines.join('')
}

function json({ running, missing, endpoints, directory }: Stack): string {
  return `${JSON.stringify({ servers: running, missing, endpoints, directory }, undefined, 2)}\n`
}

/** Waits for Ctrl-C. The timer is what keeps the process alive: children alone do not. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, 60_000)
    const end = (): void => {
      clearInterval(alive)
      resolve()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}
