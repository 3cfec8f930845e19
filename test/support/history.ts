import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WrittenSeries } from '../../collector-processor/src/prometheus/written-series.ts'
import { promtool } from './promtool.ts'
import { startTestStack } from './stack.ts'

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

/** Starts Prometheus on a history that promtool wrote into its database; weeks of it take less than a second. */
export async function startWithHistory(series: readonly HistoricSeries[], options: HistoryOptions): Promise<HistoricPrometheus> {
  const directory = await mkdtemp(join(tmpdir(), 'pitwall-history-'))
  try {
    const written = await writeHistory(series, options, join(directory, 'prometheus', 'data'))
    const stack = await startTestStack(['prometheus'], { directory, scrapeIntervalMs: 60_000 })
    const stop = async (): Promise<void> => {
      await stack.stop()
      await rm(directory, { recursive: true, force: true })
    }
    return { url: stack.endpoints.prometheus ?? '', ...written, stop }
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

/** Writes a history that ends now into the folder of a database that no Prometheus has open. */
export async function writeHistory(
  series: readonly HistoricSeries[],
  { seconds, stepSeconds }: HistoryOptions,
  data: string,
): Promise<Pick<HistoricPrometheus, 'start' | 'end'>> {
  const end = Math.floor(Date.now() / 1_000)
  const start = end - seconds
  const input = join(data, '..', 'history.txt')
  await mkdir(data, { recursive: true })
  await writeFile(input, openMetrics(series, start, seconds, stepSeconds))
  await promtool('tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=192h', '--quiet', input, data)
  await rm(input)
  return { start, end }
}

/** OpenMetrics text; the series of a metric stand together, as the format wants it. */
function openMetrics(series: readonly HistoricSeries[], start: number, seconds: number, stepSeconds: number): string {
  const names = [...new Set(series.map(({ name }) => name))]
  const lines = names.flatMap((name) => [
    `# TYPE ${name} unknown`,
    ...series.filter((one) => one.name === name).flatMap((one) => samples(one, start + seconds, one.history ?? { seconds, stepSeconds })),
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
