import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandIo, ExitCode } from '../commands/command.ts'
import { Ports } from '../servers/ports.ts'
import { startStack } from '../servers/start-stack.ts'
import type { Stack } from '../servers/stack.ts'
import type { DemoOptions } from './demo-options.ts'
import { type DemoOptimizer, startOptimizer } from './demo-optimizer.ts'
import { demoDocument } from './document.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { liveLine } from './live-line.ts'
import { Logbook } from './logbook.ts'
import { pace } from './pace.ts'
import { type Played, play } from './play.ts'
import { chooseScript, type Script } from './script.ts'
import { type Addresses, addressLines, agentsLine, farewellLines, nextLines, serverLines } from './story.ts'
import { pause } from './watch.ts'

/**
 * The demo: real servers, real agents with a planted workload or a recorded one, the real optimizer. Prints the story (to
 * `io.err` with `json`), then with `json` one document to `io.out`. Whatever happens, no process is left behind.
 */
export async function runDemo(options: DemoOptions, io: CommandIo): Promise<ExitCode> {
  const startedAtMs = performance.now()
  const script = await chooseScript(options)
  const write = options.json ? io.err : io.out
  const say: Say = (...lines) => lines.forEach((line) => write(`${line}\n`))
  say(...script.introduction, '')
  const stack = await serversUp(io, say)
  try {
    if (stack === undefined || io.signal.aborted) return 1
    const readyAtMs = performance.now()
    const seconds = ((readyAtMs - startedAtMs) / 1_000).toFixed(1)
    say(...serverLines(stack.running, stack.missing), `The servers are up (${seconds} s).`, '')
    return await withServers({ options, io, script, stack, say, write, readyAtMs, serversReadyMs: Math.round(readyAtMs - startedAtMs) })
  } finally {
    await stack?.stop()
  }
}

type Say = (...lines: readonly string[]) => void

interface Run {
  readonly options: DemoOptions
  readonly io: CommandIo
  readonly script: Script
  readonly stack: Stack
  readonly say: Say
  readonly write: (text: string) => void
  readonly readyAtMs: number
  readonly serversReadyMs: number
}

async function withServers(run: Run): Promise<ExitCode> {
  const { options, io, script, stack, say, write, readyAtMs } = run
  const { prometheus, alertmanager, otlp } = stack.endpoints
  if (prometheus === undefined) {
    say('Without Prometheus there is nothing to ask, so there is no verdict.')
    return 3
  }
  const reportFile = options.json ? undefined : join(await mkdtemp(join(tmpdir(), 'pitwall-report-')), 'report.html')
  const optimizer = await startOptimizer({ prometheusUrl: prometheus, otlpUrl: otlp, reportFile, onTrouble: sayOnce(say) })
  const addresses = { prometheus, alertmanager, report: optimizer.url }
  let fleet: Fleet | undefined
  try {
    fleet = await agentsUp(run, optimizer)
    say('While it runs:', ...addressLines(addresses), '')
    const colour = io.colour && !options.json
    const logbook = new Logbook()
    const live = liveLine(write, colour)
    const played = await play({ script, fleet, optimizer, logbook, live, say, alertmanager, readyAtMs, colour, signal: io.signal })
    if (io.signal.aborted) return 1
    if (options.json) io.out(`${JSON.stringify(documentOf(run, logbook, played), undefined, 2)}\n`)
    if (options.keep) await keepUp(run, optimizer, addresses)
    const totals = await fleet.stop()
    if (!options.keep) say('', agentsLine(totals), '', ...farewellLines(addresses, reportFile))
    if (totals.errors > 0) return 1
    return played.told ? 0 : 3
  } finally {
    const totals = await fleet?.stop()
    if (io.signal.aborted && totals !== undefined) say('Stopped.', agentsLine(totals))
    await optimizer.close()
  }
}

/** Goes on evaluating, for whoever looks, until Ctrl-C. */
async function keepUp({ io, stack, say }: Run, optimizer: DemoOptimizer, addresses: Addresses): Promise<void> {
  say('', 'All of it stays up until Ctrl-C:', ...addressLines(addresses), '', ...nextLines(stack.endpoints.otlp))
  while (!io.signal.aborted) {
    await optimizer.cycle()
    await pause(pace.keptPauseMs, io.signal)
  }
}

function documentOf({ stack, serversReadyMs }: Run, logbook: Logbook, { firstTableMs, firstVerifiedMs }: Played) {
  const { recommendations, notAdvised, alerts } = logbook
  return demoDocument({
    servers: stack.running,
    recommendations,
    notAdvised,
    alerts,
    timings: { serversReadyMs, firstTableMs, firstVerifiedMs },
  })
}

/** Undefined when Ctrl-C came first. */
async function serversUp(io: CommandIo, say: Say): Promise<Stack | undefined> {
  try {
    return await startStack({
      scrapeIntervalMs: pace.sampleMs,
      metricExpirationMs: pace.metricExpirationMs,
      onProgress: (line) => say(`  ${line}`),
      signal: io.signal,
      env: io.env,
    })
  } catch (error) {
    if (io.signal.aborted) return undefined
    throw error
  }
}

/** Starts the agents and waits until they take orders. Without a Collector, Prometheus is told whom to scrape. */
async function agentsUp({ script, stack, options: { agents }, io, say }: Run, optimizer: DemoOptimizer): Promise<Fleet> {
  const { otlp, redis } = stack.endpoints
  const ports = new Ports()
  const scraped = otlp === undefined ? await Promise.all(Array.from({ length: agents }, () => ports.free())) : undefined
  const fleet = startFleet({
    program: script.program,
    service: script.service,
    agents,
    otlpUrl: otlp,
    ports: scraped,
    redisUrl: redis,
    exportIntervalMs: pace.sampleMs,
    onComplaint: (line) => say(`  ${line}`),
    env: io.env,
  })
  if (scraped !== undefined) {
    // The optimizer too: without a Collector its recommendations reach Prometheus on its own page of metrics.
    await stack.scrape([...scraped.map((port) => `127.0.0.1:${port}`), new URL(optimizer.url).host])
    say('Without a Collector, Prometheus scrapes the agents and the optimizer directly.')
  }
  await fleet.ready
  say(`${agents} agents of the service ${script.service} run, each as: node --import @pitwall/sdk/register ${script.program}.js`)
  return fleet
}

/** Trouble lasts for many cycles, and is told once. */
function sayOnce(say: Say): (text: string) => void {
  const told = new Set<string>()
  return (text) => {
    if (told.has(text)) return
    told.add(text)
    say(`  ${text}`)
  }
}
