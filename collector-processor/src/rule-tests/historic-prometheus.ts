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
  /** How much of it there is; by default as much as of all. */
  readonly history?: HistoryOptions
}

/** How much history there is, in seconds; it ends now. */
export interface HistoryOptions {
  readonly seconds: number
  readonly stepSeconds: number
}

/** The same, and what finding and starting a Prometheus needs. */
export interface StartOptions extends HistoryOptions, Pick<StackOptions, 'env' | 'signal' | 'onProgress'> {}

/** A real Prometheus that already knows a history. */
export interface HistoricPrometheus {
  readonly url: string
  /** Unix seconds. */
  readonly start: number
  readonly end: number
  stop(): Promise<void>
}

/** A written series of a service as history, of its own length where one is given. */
export function historic(
  { name, labels, perSecond = 0, level = 0, later }: WrittenSeries,
  service: string,
  history?: HistoryOptions,
): HistoricSeries {
  const turn = later === undefined || history === undefined ? Infinity : later.from * history.seconds
  const at = (second: number): number => level + perSecond * Math.min(second, turn) + (later?.perSecond ?? 0) * Math.max(0, second - turn)
  return { name, labels: { ...labels, service_name: service }, at, ...(history && { history }) }
}

/**
 * Starts Prometheus on a history that promtool wrote into its database; weeks of it take less than a second. Rejects with the reason
 * when no Prometheus is to be had, and leaves nothing behind then.
 */
export async function startWithHistory(series: readonly HistoricSeries[], options: StartOptions): Promise<HistoricPrometheus> {
  const { env = process.env, signal, onProgress = () => {} } = options
  const directory = await mkdtemp(join(tmpdir(), 'pitwall-history-'))
  const shared = { env, onProgress, ...(signal === undefined ? {} : { signal }) }
  try {
    const written = await writeHistory(series, { ...options, ...shared }, join(directory, 'prometheus', 'data'))
    const stack = await startStack({ servers: ['prometheus'], directory, scrapeIntervalMs: 60_000, ...shared })
    const stop = async (): Promise<void> => {
      await stack.stop()
      await rm(directory, { recursive: true, force: true })
    }
    if (stack.endpoints.prometheus !== undefined) return { url: stack.endpoints.prometheus, ...written, stop }
    await stop()
    throw new Error(stack.missing.map(({ reason }) => reason).join(' '))
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

/** Writes a history that ends now into the folder of a database that no Prometheus has open. */
export async function writeHistory(
  series: readonly HistoricSeries[],
  options: StartOptions,
  data: string,
): Promise<Pick<HistoricPrometheus, 'start' | 'end'>> {
  const end = Math.floor(Date.now() / 1_000)
  const input = join(data, '..', 'history.txt')
  await mkdir(data, { recursive: true })
  await writeFile(input, openMetrics(series, end, options))
  await writeBlocks(input, data, options)
  await rm(input)
  return { start: end - options.seconds, end }
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
function openMetrics(series: readonly HistoricSeries[], end: number, all: HistoryOptions): string {
  const names = [...new Set(series.map(({ name }) => name))]
  const lines = names.flatMap((name) => [
    `# TYPE ${name} unknown`,
    ...series.filter((one) => one.name === name).flatMap((one) => samples(one, end, one.history ?? all)),
  ])
  return [...lines, '# EOF', ''].join('\n')
}

function samples({ name, labels, at }: HistoricSeries, end: number, { seconds, stepSeconds }: HistoryOptions): string[] {
  const text = Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')
  return Array.from({ length: Math.floor(seconds / stepSeconds) + 1 }, (_, index) => index * stepSeconds).flatMap((second) => {
    const value = at(second)
    return value === undefined ? [] : [`${name}{${text}} ${value} ${end - seconds + second}`]
  })
}
