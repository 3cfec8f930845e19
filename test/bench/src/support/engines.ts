import { join } from 'node:path'
import type { LaunchContext, ServerDefinition } from '../../../../collector-processor/dist/servers/definition.js'
import { findProgram } from '../../../../collector-processor/dist/servers/find-program.js'
import { Ports } from '../../../../collector-processor/dist/servers/ports.js'
import { prometheus } from '../../../../collector-processor/dist/servers/prometheus.js'
import { answers } from '../../../../collector-processor/dist/servers/ready.js'
import { startServer } from '../../../../collector-processor/dist/servers/start-server.js'
import { writeHistory } from '../optbench/history.ts'

/** One sample: its series as Prometheus writes it, its value, Unix seconds. */
export type WrittenSample = readonly [series: string, value: number, second: number]

/** Something that answers PromQL. */
export interface Engine {
  readonly name: string
  readonly definition: ServerDefinition
  /** Has it know samples, before it is started (`url` undefined) or after. */
  load(samples: () => Iterable<readonly WrittenSample[]>, directory: string, url: string | undefined): Promise<void>
}

/** An engine that runs, and knows the samples. */
export interface RunningEngine {
  readonly url: string
  readonly version: string
  stop(): Promise<void>
}

/** Starts an engine on samples, metric by metric; one that is not on this machine is built from its Go modules first, which takes minutes. */
export async function startEngine(
  { definition, load }: Engine,
  samples: () => Iterable<readonly WrittenSample[]>,
  directory: string,
  progress: (line: string) => void,
): Promise<RunningEngine> {
  const found = await findProgram(definition, { onProgress: progress })
  const address = `127.0.0.1:${await new Ports().free()}`
  const folder = join(directory, 'prometheus')
  await load(samples, directory, undefined)
  const options = { scrapeIntervalMs: 60_000 }
  const context: LaunchContext = { version: found.version, folder, options, own: () => address, peer: () => undefined }
  const server = await startServer(definition, found, context, process.env)
  await load(samples, directory, `http://${address}`)
  return { url: `http://${address}`, version: found.version, stop: () => server.process.stop() }
}

const { release: _release, debian: _debian, ...fromSource } = prometheus

/** Blocks of a Prometheus' database are written before it starts. */
const intoBlocks: Engine['load'] = async (samples, directory, url) => {
  if (url === undefined) await writeHistory(openMetrics(samples()), directory)
}

function* openMetrics(metrics: Iterable<readonly WrittenSample[]>): Generator<string> {
  for (const metric of metrics) {
    yield `# TYPE ${metric[0]?.[0].replace(/\{.*/, '') ?? ''} unknown\n`
    for (const [series, value, second] of metric) yield `${series} ${value} ${second}\n`
  }
  yield '# EOF\n'
}

const MODULE = 'github.com/prometheus/prometheus'
const VICTORIA = 'github.com/VictoriaMetrics/VictoriaMetrics'

/** Never found on PATH: what is there is the usual engine. Each version has a folder of its own in the cache, under the name of Prometheus. */
const nowhere = { programs: [], variable: '' }

export const engines: readonly Engine[] = [
  { name: 'Prometheus of the tests', definition: prometheus, load: intoBlocks },
  {
    name: 'Prometheus 3',
    definition: {
      ...fromSource,
      ...nowhere,
      minimumVersion: '3.15.0',
      goBuild: {
        files: {
          // As in test/support/prometheus3.ts, because tests find in the cache what was built here.
          'go.mod': `module pitwall.example/prometheus\n\ngo 1.26.0\n\ntool (\n\t${MODULE}/cmd/prometheus\n\t${MODULE}/cmd/promtool\n)\n\nrequire ${MODULE} v0.315.0\n\nreplace cloud.google.com/go => cloud.google.com/go v0.123.0\n`,
        },
        steps: [
          ['mod', 'tidy'],
          [
            'build',
            '-tags=remove_all_sd',
            '-ldflags=-X github.com/prometheus/common/version.Version=3.15.0',
            '-o',
            './',
            `${MODULE}/cmd/prometheus`,
            `${MODULE}/cmd/promtool`,
          ],
        ],
        program: 'prometheus',
        origin: 'Prometheus 3.15.0 built with Go',
      },
    },
    load: intoBlocks,
  },
  {
    name: 'VictoriaMetrics',
    definition: {
      ...fromSource,
      ...nowhere,
      minimumVersion: '1.151.0',
      versionArguments: ['-version'],
      goBuild: {
        files: { 'go.mod': `module pitwall.example/victoria\n\ngo 1.26.0\n\nrequire ${VICTORIA} v1.151.0\n` },
        steps: [
          [
            'build',
            '-mod=mod',
            `-ldflags=-X '${VICTORIA}/lib/buildinfo.Version=version 1.151.0'`,
            '-o',
            './',
            `${VICTORIA}/app/victoria-metrics`,
          ],
        ],
        program: 'victoria-metrics',
        origin: 'VictoriaMetrics 1.151.0 built with Go',
      },
      launch: async ({ folder, own }) => ({
        args: [`-storageDataPath=${join(folder, 'data')}`, `-httpListenAddr=${own('prometheus')}`, '-retentionPeriod=30d'],
        ready: () => answers(`http://${own('prometheus')}/health`),
      }),
    },
    load: async (samples, _, url) => {
      if (url === undefined) return
      for (const metric of samples()) {
        const body = metric.map(([series, value, second]) => `${series} ${value} ${second * 1_000}`).join('\n')
        const response = await fetch(`${url}/api/v1/import/prometheus`, { method: 'POST', body })
        if (!response.ok) throw new Error(`VictoriaMetrics took no samples: ${response.status} ${await response.text()}`)
      }
      await fetch(`${url}/internal/force_flush`)
    },
  },
]
