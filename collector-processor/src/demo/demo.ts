import type { CommandIo, ExitCode } from '../commands/command.ts'
import { Ports } from '../servers/ports.ts'
import { startStack } from '../servers/start-stack.ts'
import type { Stack } from '../servers/stack.ts'
import type { DemoOptions } from './demo-options.ts'
import { startOptimizer } from './demo-optimizer.ts'
import { demoDocument } from './document.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { liveLine } from './live-line.ts'
import { Logbook } from './logbook.ts'
import { pace } from './pace.ts'
import { type Played, play } from './play.ts'
import { chooseScript, type Script } from './script.ts'
import { addressLines, agentsLine, nextLines, serverLines } from './story.ts'
import { pause } from './watch.ts'

/**
 * The demo: real servers, real agents with a planted workload or a recorded one, the real optimizer. Prints the story (to
 * `io.err` with `json`), then with `json` one document to `io.out`. Whatever happens, no process is left behind.
 */
export async function runDemo(options: DemoOptions, io: CommandIo): Promise<ExitCode> {
  const startedAtMs = performance.now()
  const script = await chooseScript(options)
  const write = options.json ? io.err : io.out
  const say = (...lines: readonly string[]) => lines.forEach((line) => write(`${line}\n`))
  say(...script.introduction, '')
  const stack = await serversUp(io, say)
  if (stack === undefined) return 1
  try {
    const readyAtMs = performance.now()
    const serversReadyMs = Math.round(readyAtMs - startedAtMs)
    const { prometheus, alertmanager, otlp } = stack.endpoints
    say(...serverLines(stack.running, stack.missing), `The servers are up (${(serversReadyMs / 1_000).toFixed(1)} s).`, '')
    if (prometheus === undefined) {
      say('Without Prometheus there is nothing to ask, so there is no verdict.')
      return 3
    }
    const logbook = new Logbook()
    const optimizer = await startOptimizer({ prometheusUrl: prometheus, otlpUrl: otlp, onTrouble: (sentence) => say(`  ${sentence}`) })
    let fleet: Fleet | undefined
    try {
      fleet = await agentsUp(script, stack, options, io, say)
      const live = liveLine(write, io.colour && !options.json)
      const addresses = { prometheus, alertmanager, report: optimizer.url }
      const stage = {
        script,
        fleet,
        optimizer,
        logbook,
        live,
        say,
        alertmanager,
        readyAtMs,
        colour: io.colour && !options.json,
        signal: io.signal,
      }
      const played = await play(stage)
      if (options.keep && !io.signal.aborted) {
        say('', 'All of it stays up until Ctrl-C:', ...addressLines(addresses), '', ...nextLines(otlp))
        while (!io.signal.aborted) {
          await optimizer.cycle()
          await pause(pace.keptPauseMs, io.signal)
        }
      }
      const totals = await fleet.stop()
      say('', agentsLine(totals))
      if (!options.keep)
        say('', ...addressLines(addresses), '  (gone with the demo; pitwall demo --keep leaves them up)', '', ...nextLines(undefined))
      if (options.json)
        io.out(`${JSON.stringify(demoDocument({ servers: stack.running, ...outcome(logbook, played, serversReadyMs) }), undefined, 2)}\n`)
      return totals.errors === 0 && (played.told || options.keep) ? 0 : 1
    } finally {
      await fleet?.stop()
      await optimizer.close()
    }
  } finally {
    await stack.stop()
  }
}

function outcome(logbook: Logbook, { firstTableMs, firstVerifiedMs }: Played, serversReadyMs: number) {
  const { recommendations, notAdvised, alerts } = logbook
  return { recommendations, notAdvised, alerts, timings: { serversReadyMs, firstTableMs, firstVerifiedMs } }
}

/** Undefined when Ctrl-C came first. */
async function serversUp(io: CommandIo, say: (line: string) => void): Promise<Stack | undefined> {
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

/** Starts the agents and waits until they take orders. Without a Collector, Prometheus is told to scrape them. */
async function agentsUp(script: Script, stack: Stack, { agents }: DemoOptions, io: CommandIo, say: (line: string) => void): Promise<Fleet> {
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
    await stack.scrape(scraped.map((port) => `127.0.0.1:${port}`))
    say('Without a Collector, Prometheus scrapes the agents directly, and advice is shown here and on the report page only.')
  }
  await fleet.ready
  say(`${agents} agents of the service ${script.service} run, each as: node --import @pitwall/sdk/register ${script.program}.js`)
  return fleet
}
