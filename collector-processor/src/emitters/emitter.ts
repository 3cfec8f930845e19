import { readdirSync } from 'node:fs'
import type { Report } from '../recommendation/recommendation.ts'

/** An output channel of the optimizer, ready to use. */
export interface Emitter {
  /**
   * Publishes the outcome of one cycle. Doing it twice changes nothing. Rejects when it could not, with one sentence for
   * whoever runs it: what happened and where; what to do.
   */
  emit(report: Report): Promise<void>
  /** Lets go of connections and timers; what was emitted may lapse. Never rejects. */
  close(): Promise<void>
}

/** Everything that an emitter may want to know; it ignores the rest. */
export interface EmitterSettings {
  /** OTLP over HTTP, without `/v1/metrics`, for example `http://127.0.0.1:4318`. */
  readonly otlpUrl?: string | undefined
  /** Sent with every OTLP request: a tenant, a token. */
  readonly otlpHeaders?: Readonly<Record<string, string>>
  /** File that holds the latest report; its ending chooses the form: `.md`, `.json` or `.html`. */
  readonly reportFile?: string | undefined
  /** One emission may take this long, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number
  /** Identity of this optimizer, `service.instance.id`. Default: the host's name, so that a restart continues its series. */
  readonly instance?: string
  /** Environment variables: an emitter's own settings are there, as `PITWALL_` and its name, for example `PITWALL_WEBHOOK`. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * The default export of every other file in this folder: makes the emitter, or says with `undefined` that the settings
 * do not ask for it. Throws when they ask for something impossible.
 */
export type EmitterFactory = (settings: EmitterSettings) => Emitter | undefined

/** The emitters that the settings ask for. Each file in this folder is looked at: adding one edits nothing here. */
export async function createEmitters(settings: EmitterSettings): Promise<readonly Emitter[]> {
  const folder = new URL('./', import.meta.url)
  const files = readdirSync(folder).filter((file) => /^(?!emitter\.)[a-z0-9-]+\.(js|ts)$/.test(file))
  const emitters = await Promise.all(
    files.toSorted().map(async (file) => {
      const module: { default: EmitterFactory } = await import(new URL(file, folder).href)
      return module.default(settings)
    }),
  )
  return emitters.filter((emitter) => emitter !== undefined)
}
