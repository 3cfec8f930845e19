import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { WrittenSeries } from '../prometheus/written-series.ts'
import { findProgram } from '../servers/find-program.ts'
import { lastLine, run } from '../servers/install/run.ts'
import { prometheus } from '../servers/prometheus.ts'
import type { StackOptions } from '../servers/stack.ts'
import { startStack } from '../servers/start-stack.ts'

/** A series with its value at each moment (seconds since the beginning); undefined where it has none. */
export interface HistoricSeries {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly at: (second: number) => number | undefined
}

/** How much history there is, in seconds; it ends now. */
export interface HistoryOptions extends Pick<StackOptions, 'env' | 'signal' | 'onProgress'> {
  readonly seconds: number
  readonly stepSeconds: number
}

/** A real Prometheus that already knows a history. */
export interface HistoricPrometheus {
  readonly url: string
  /** Unix seconds. */
  readonly start: number
  readonly end: number
  stop(): Promise<void>
}

/** A written series of a service as history: counters grow evenly from 0, gauges stay. */
export function historic({ name, labels, perSecond, level }: WrittenSeries, service: string): HistoricSeries {
  return { name, labels: { ...labels, service_name: service }, at: (second) => level ?? (perSecond ?? 0) * second }
}

/**
 * Starts Prometheus on a history that promtool writes into its database; weeks of it take less than a second. Rejects with the reason
 * when no Prometheus is to be had, and leaves nothing behind then.
 */
export async function startWithHistory(series: readonly HistoricSeries[], options: HistoryOptions): Promise<HistoricPrometheus> {
  const { seconds, stepSeconds, env = process.env, signal, onProgress = () => {} } = options
  const directory = await mkdtemp(join(tmpdir(), 'pitwall-history-'))
  const end = Math.floor(Date.now() / 1_000)
  const start = end - seconds
  try {
    const input = join(directory, 'history.txt')
    const data = join(directory, 'prometheus', 'data')
    await mkdir(data, { recursive: true })
    await writeFile(input, openMetrics(series, start, seconds, stepSeconds))
    const shared = { env, onProgress, ...(signal === undefined ? {} : { signal }) }
    await writeBlocks(input, data, shared)
    const stack = await startStack({ servers: ['prometheus'], directory, scrapeIntervalMs: 60_000, ...shared })
    const stop = async (): Promise<void> => {
      await stack.stop()
      await rm(directory, { recursive: true, force: true })
    }
    if (stack.endpoints.prometheus !== undefined) return { url: stack.endpoints.prometheus, start, end, stop }
    await stop()
    throw new Error(stack.missing.map(({ reason }) => reason).join(' '))
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

/** Writes OpenMetrics text into a database with the promtool that stands beside every Prometheus. */
async function writeBlocks(input: string, data: string, options: Pick<StackOptions, 'env' | 'signal' | 'onProgress'>): Promise<void> {
  const { program, env } = await findProgram(prometheus, options)
  const promtool = join(dirname(program), 'promtool')
  if (!existsSync(promtool)) throw new Error(`There is no promtool beside ${program}; point PITWALL_PROMETHEUS to a complete installation.`)
  const command = ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=192h', '--quiet', input, data]
  const { code, output } = await run(promtool, command, { env: { ...process.env, ...env }, signal: options.signal })
  if (code !== 0) throw new Error(`promtool could not write the series: ${lastLine(output)}`)
}

/** OpenMetrics text; the series of a metric stand together, as the format wants it. */
function openMetrics(series: readonly HistoricSeries[], start: number, seconds: number, stepSeconds: number): string {
  const names = [...new Set(series.map(({ name }) => name))]
  const lines = names.flatMap((name) => [
    `# TYPE ${name} unknown`,
    ...series.filter((one) => one.name === name).flatMap((one) => samples(one, start, seconds, stepSeconds)),
  ])
  return [...lines, '# EOF', ''].join('\n')
}

function samples({ name, labels, at }: HistoricSeries, start: number, seconds: number, stepSeconds: number): string[] {
  const text = Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')
  return Array.from({ length: Math.floor(seconds / stepSeconds) + 1 }, (_, index) => index * stepSeconds).flatMap((second) => {
    const value = at(second)
    return value === undefined ? [] : [`${name}{${text}} ${value} ${start + second}`]
  })
}
