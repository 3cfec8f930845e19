import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { startStack } from '@pitwall/collector-processor'
import { findProgram } from '../../../../collector-processor/dist/servers/find-program.js'
import { prometheus } from '../../../../collector-processor/dist/servers/prometheus.js'
import type { Recorder } from './recorder.ts'

const exec = promisify(execFile)

/** A real Prometheus that knows what was recorded. */
export interface HistoricPrometheus {
  readonly url: string
  readonly version: string
  stop(): Promise<void>
}

/** Starts Prometheus on what was recorded, which promtool writes into its database. */
export async function startWithHistory(recorder: Recorder): Promise<HistoricPrometheus> {
  const directory = await mkdtemp(join(tmpdir(), 'pitwall-optbench-'))
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true })
  try {
    await writeHistory(recorder.text(), directory)
    const started = await startOn(directory)
    const stop = async (): Promise<void> => {
      await started.stop()
      await remove()
    }
    return { ...started, stop }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Adds OpenMetrics text to the database of a Prometheus that does not run. Several texts must not overlap in time. */
export async function writeHistory(text: Iterable<string>, directory: string): Promise<void> {
  const input = join(directory, 'history.txt')
  await mkdir(databaseOf(directory), { recursive: true })
  await pipeline(Readable.from(text), createWriteStream(input))
  await promtool('tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=192h', '--quiet', input, databaseOf(directory))
  await rm(input)
}

/** Starts Prometheus on the database in a folder, which stays after its end. */
export async function startOn(directory: string): Promise<HistoricPrometheus> {
  const stack = await startStack({ servers: ['prometheus'], directory, scrapeIntervalMs: 60_000, onProgress: () => {} })
  const [server] = stack.running
  if (server === undefined) throw new Error(stack.missing.map(({ reason }) => reason).join(' '))
  return { url: stack.endpoints.prometheus ?? '', version: server.version, stop: () => stack.stop() }
}

/** Where Prometheus keeps its database. */
export function databaseOf(directory: string): string {
  return join(directory, 'prometheus', 'data')
}

/** Runs the promtool that came with Prometheus. */
export async function promtool(...args: readonly string[]): Promise<void> {
  const { program, env } = await findProgram(prometheus)
  await exec(join(dirname(program), 'promtool'), args, { env: { ...process.env, ...env } })
}
