import { Console } from 'node:console'
import { isMainThread } from 'node:worker_threads'
import { diag, DiagConsoleLogger, type DiagLogFunction, DiagLogLevel } from '@opentelemetry/api'
import { diagLogLevelFromString, getStringFromEnv, setGlobalErrorHandler } from '@opentelemetry/core'
import { isRegistered } from './global-api.ts'

/** Lines that one process prints at most, whatever happens. */
const MAX_LINES = 20

/**
 * Lets OpenTelemetry's warnings and errors reach stderr, each once. A logger that the user has set stays, and
 * `OTEL_LOG_LEVEL` brings OpenTelemetry's own console logger, with every line.
 */
export function setUpDiagnostics(): void {
  if (isRegistered('diag')) return
  const level = getStringFromEnv('OTEL_LOG_LEVEL')
  if (level !== undefined) {
    diag.setLogger(new DiagConsoleLogger(), { logLevel: diagLogLevelFromString(level) ?? DiagLogLevel.INFO })
    return
  }
  const print = printOnce()
  const silent = () => {}
  diag.setLogger({ error: print, warn: print, info: silent, debug: silent, verbose: silent }, { logLevel: DiagLogLevel.WARN })
  setGlobalErrorHandler((error) => print(reason(error)))
}

/** Prints each sentence once, without stack traces: those are for `OTEL_LOG_LEVEL=debug`. */
function printOnce(): DiagLogFunction {
  const printed = new Set<string>()
  return (message, ...more) => {
    const words = [message, ...more].filter((part) => typeof part === 'string' || part instanceof Error)
    const [line = ''] = words
      .map((part) => reason(part))
      .join(' ')
      .split('\n', 1)
    if (printed.has(line) || printed.size >= MAX_LINES) return
    printed.add(line)
    // Not `process.stderr.write`: where nobody reads stderr any more, that would end the agent with an EPIPE.
    new Console(process.stderr, process.stderr).error(`pitwall: ${line}`)
  }
}

/**
 * Reports exports that failed: the first one as a warning, the rest, and those of worker threads, on level debug.
 * @param endpoint where the Collector was looked for
 */
export function exportFailures(endpoint: string): (error: unknown) => void {
  return (error) => {
    const text = `no telemetry reaches the Collector at ${endpoint} (${reason(error)}). The agent runs on unaffected. Start a Collector there, or set OTEL_EXPORTER_OTLP_ENDPOINT.`
    if (failureSaid || !isMainThread) diag.debug(text)
    else diag.warn(text)
    failureSaid = true
  }
}

/** Metrics and spans go to the same Collector: one line is enough for both. */
let failureSaid = false

/** What went wrong, in the error's own words; errors of name resolution have a code and no words. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}
