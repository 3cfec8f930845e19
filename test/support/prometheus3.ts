import { cacheFolder } from '../../collector-processor/src/servers/install/cache-folder.ts'
import { install, installedBefore } from '../../collector-processor/src/servers/install/install.ts'
import type { ServerDefinition } from '../../collector-processor/src/servers/definition.ts'
import { findProgram } from '../../collector-processor/src/servers/find-program.ts'
import { prometheus } from '../../collector-processor/src/servers/prometheus.ts'
import { atLeast } from '../../collector-processor/src/servers/version.ts'

const MODULE = 'github.com/prometheus/prometheus'
/** What its own build does, so that `--version` tells it. */
const VERSION_FLAG = '-X github.com/prometheus/common/version.Version=3.15.0'

/** Prometheus 3 from its Go modules, without its web pages. Its module has a `replace`, which only a module of our own may repeat. */
const { release: _release, debian: _debian, ...rest } = prometheus
const fromSource: ServerDefinition = {
  ...rest,
  minimumVersion: '3.15.0',
  goBuild: {
    files: {
      'go.mod': [
        'module pitwall.example/prometheus',
        'go 1.26.0',
        `tool (\n\t${MODULE}/cmd/prometheus\n\t${MODULE}/cmd/promtool\n)`,
        `require ${MODULE} v0.315.0`,
        'replace cloud.google.com/go => cloud.google.com/go v0.123.0',
        '',
      ].join('\n\n'),
    },
    steps: [
      ['mod', 'tidy'],
      ['build', '-tags', 'remove_all_sd', '-ldflags', VERSION_FLAG, '-o', './', `${MODULE}/cmd/prometheus`, `${MODULE}/cmd/promtool`],
    ],
    program: 'prometheus',
    origin: 'Prometheus 3.15.0 built with Go',
  },
}

/**
 * Path of a Prometheus 3, which receives OTLP itself: the one that tests use anyway, or one built earlier, or, with `PITWALL_TEST_PROMETHEUS3=1`, one that is built
 * now (some minutes, once). Undefined when there is none.
 */
export async function prometheus3(): Promise<string | undefined> {
  const usual = await findProgram(prometheus)
  if (atLeast(usual.version, '3.0.0')) return usual.program
  const cache = cacheFolder()
  const before = await installedBefore(fromSource, cache)
  if (before !== undefined || process.env['PITWALL_TEST_PROMETHEUS3'] !== '1') return before?.program
  const report = (doing: string): void => console.log(`prometheus 3: ${doing}`)
  return (await install(fromSource, { env: process.env, cache, report, signal: undefined })).installed.program
}
