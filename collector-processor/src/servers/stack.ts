/** The real servers that Pitwall can start for itself. */
export type ServerName = 'redis' | 'collector' | 'prometheus' | 'alertmanager'

/** Where a server's program came from, in the order in which it is looked for. */
export type ServerSource = 'environment' | 'path' | 'cache' | 'download' | 'debian' | 'go-build'

/** A server that runs as our child process on loopback. */
export interface RunningServer {
  readonly name: ServerName
  readonly version: string
  readonly source: ServerSource
  /** Where the program came from, in words: `Debian package prometheus 2.42.0+ds-5, from the cache`. */
  readonly origin: string
  /** Path of the program. */
  readonly program: string
  /** Address for clients, for example `http://127.0.0.1:9090` or `redis://127.0.0.1:6379`. */
  readonly endpoint: string
  readonly pid: number
  /** File that the server logs to. */
  readonly log: string
}

/** A server that could not be had, and what was tried. */
export interface MissingServer {
  readonly name: ServerName
  /** One sentence: what was tried and what to do. */
  readonly reason: string
}

/** Settings of a stack; all windows are short in the demo and in tests. */
export interface StackOptions {
  /** Which servers to start; all by default. */
  readonly servers?: readonly ServerName[]
  /** How often Prometheus scrapes and evaluates rules, in milliseconds. Default 15,000. */
  readonly scrapeIntervalMs?: number
  /** How long the Collector keeps exporting a series that stopped arriving, in milliseconds. Default 300,000. */
  readonly metricExpirationMs?: number
  /** Configuration of the Collector; by default `otel-collector.yaml`. */
  readonly collectorConfig?: string
  /** Whether Prometheus scrapes the Collector. False where `collectorConfig` writes to Prometheus (`PITWALL_REMOTE_WRITE` is its address). Default true. */
  readonly scrapeCollector?: boolean
  /** Prometheus rule files; by default the alert rules that come with Pitwall. */
  readonly ruleFiles?: readonly string[]
  /** Whether each server takes its usual port (4318, 9090, …) where that is free. By default all take random ones, so that stacks do not meet. */
  readonly usualPorts?: boolean
  /** Folder for data and logs; a temporary one that `stop` removes by default. */
  readonly directory?: string
  /** Called with one line whenever installing or starting makes progress. */
  readonly onProgress?: (line: string) => void
  /** Aborts installing and starting; `startStack` then rejects and leaves nothing behind. */
  readonly signal?: AbortSignal
  /** Environment in which programs are looked for; `process.env` by default. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Addresses of the servers that run. */
export interface StackEndpoints {
  readonly redis?: string
  /** OTLP over HTTP, without `/v1/metrics`. */
  readonly otlp?: string
  /** OTLP over gRPC, as `host:port`. */
  readonly otlpGrpc?: string
  /** What the Collector shows Prometheus. */
  readonly collectorMetrics?: string
  readonly prometheus?: string
  readonly alertmanager?: string
}

/** Servers that run until `stop`. They die with this process, even when it is killed. */
export interface Stack {
  readonly running: readonly RunningServer[]
  readonly missing: readonly MissingServer[]
  readonly endpoints: StackEndpoints
  /** Folder that holds the servers' data, configuration and logs. */
  readonly directory: string
  /** Makes Prometheus scrape these `host:port` addresses directly, replacing earlier ones; meant for a stack without a Collector. */
  scrape(targets: readonly string[]): Promise<void>
  /** Ends every server and removes temporary data. Never rejects. */
  stop(): Promise<void>
}
