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
export async function startWithHistory(recorder: Pick<Recorder, 'text'>): Promise<HistoricPrometheus> {
  const directory = await mkdtemp(join(tmpdir(), 'pitwall-optbench-'))
  try {
    const input = join(directory, 'history.txt')
    const data = join(directory, 'prometheus', 'data')
    await mkdir(data, { recursive: true })
    await pipeline(Readable.from(recorder.text()), createWriteStream(input))
    const { program, env } = await findProgram(prometheus)
    const promtool = join(dirname(program), 'promtool')
    const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=192h', '--quiet', input, data]
    await exec(promtool, args, { env: { ...process.env, ...env } })
    const stack = await startStack({ servers: ['prometheus'], directory, scrapeIntervalMs: 60_000, onProgress: () => {} })
    const [server] = stack.running
    if (server === undefined) throw new Error(stack.missing.map(({ reason }) => reason).join(' '))
    return {
      url: stack.endpoints.prometheus ?? '',
      version: server.version,
      async stop() {
        await stack.stop()
        await rm(directory, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}
