import type { DebianPackages } from './install/debian.ts'
import type { OfficialRelease } from './install/download.ts'
import type { GoBuild } from './install/go-build.ts'
import type { ServerName, StackOptions } from './stack.ts'

/** Everything in a stack that listens on a port. */
export type AddressName = 'redis' | 'alertmanager' | 'otlpHttp' | 'otlpGrpc' | 'collectorMetrics' | 'collectorHealth' | 'prometheus'

/** What a server needs to know to be started. */
export interface LaunchContext {
  /** Version of the program, for example `2.42.0`. */
  readonly version: string
  /** Folder of this server alone: configuration and data. */
  readonly folder: string
  readonly options: StackOptions
  /** `127.0.0.1:port` that this server is to listen on. */
  own(name: AddressName): string
  /** `127.0.0.1:port` of another server; undefined when the stack has none. */
  peer(name: AddressName): string | undefined
}

/** One start of a server: its command line, and how to see that it is ready. */
export interface Launch {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Whether the server answers, and is ours: another may have taken the port in the meantime. Asked again and again until it is; may reject. */
  ready(): Promise<boolean>
}

/**
 * A server: where its program is to be had, and how it is run. One file in this folder is one server; `definitions.ts` lists them.
 */
export interface ServerDefinition {
  readonly name: ServerName
  /** Environment variable that names the program, for example `PITWALL_REDIS`. */
  readonly variable: string
  /** Names of the program on PATH, best first. */
  readonly programs: readonly string[]
  /** Oldest version that will do. Older ones on PATH are passed over. */
  readonly minimumVersion: string
  readonly versionArguments: readonly string[]
  /** Ways to install it, when it is not there already. */
  readonly release?: OfficialRelease
  readonly debian?: DebianPackages
  readonly goBuild?: GoBuild
  /** What to do when it cannot be had, in a few words that end the sentence `…; `. */
  readonly advice: string
  /** Where it listens; the first is the one for clients. */
  readonly listens: readonly [AddressName, ...AddressName[]]
  /** Scheme of the address for clients: `http` or `redis`. */
  readonly scheme: string
  /** Writes its configuration into its folder and says how to start it. */
  launch(context: LaunchContext): Promise<Launch>
}
