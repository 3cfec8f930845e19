/** The real servers that Pitwall can start for itself. */
export type ServerName = 'redis' | 'collector' | 'prometheus' | 'alertmanager'

/** Where a server's program came from, in the order in which it is looked for. */
export type ServerSource = 'environment' | 'path' | 'cache' | 'download' | 'debian' | 'go-build'

/** A server that runs as our child process on loopback. */
export interface RunningServer {
  readonly name: ServerName
  readonly version: string
  readonly source: ServerSource
  /** Path of the program. */
  readonly program: string
  /** Address for clients, for example `http://127.0.0.1:9090` or `redis://127.0.0.1:6379`. */
  readonly endpoint: string
  readonly pid: number
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
  /** Folder for data and logs; a temporary one that `stop` removes by default. */
  readonly directory?: string
  /** Called with one line whenever installing or starting makes progress. */
  readonly onProgress?: (line: string) => void
}

/** Servers that run until `stop`. They die with this process, even when it is killed. */
export interface Stack {
  readonly running: readonly RunningServer[]
  readonly missing: readonly MissingServer[]
  readonly endpoints: {
    readonly redis?: string
    /** OTLP over HTTP, without `/v1/metrics`. */
    readonly otlp?: string
    readonly prometheus?: string
    readonly alertmanager?: string
  }
  /** Without a Collector: makes Prometheus scrape these `host:port` addresses directly, replacing earlier ones. */
  scrape(targets: readonly string[]): Promise<void>
  /** Ends every server and removes temporary data. Never rejects. */
  stop(): Promise<void>
}
