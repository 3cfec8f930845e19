import type { Clock } from '../../clock.ts'
import { OWN_KEYS } from '../observed/own.ts'
import type { Client } from './address.ts'
import { list, number } from './replies.ts'
import { invalidateScript, KEPT_MS, versionsScript } from './scripts.ts'

/** The last invalidation of tags or of everything in a namespace, and the last of everything. Microseconds of Redis's clock. */
export interface Versions {
  readonly last: number
  readonly cleared: number
}

/** How long invalidations of tags and namespaces are remembered: longer than any entry that they are for. */
const REMEMBERED_MS = KEPT_MS + 86_400_000
/** How often a process has them remembered for longer. */
const EXTENDED_EVERY_MS = 86_400_000

/** When what was last invalidated in a namespace, as Redis remembers it. In a cluster, one server does for all. */
export class NamespaceVersions {
  readonly #prefix: string
  readonly #clock: Clock
  /** Milliseconds of the clock at which they are to be remembered for longer. */
  #extendAt = Number.NEGATIVE_INFINITY

  constructor(namespace: string, clock: Clock) {
    this.#prefix = `${OWN_KEYS}{${namespace}}:`
    this.#clock = clock
  }

  /** One of the names under which they are kept; the same server has all of them. */
  get name(): string {
    return this.#nameOf('last')
  }

  async read(client: Client): Promise<Versions> {
    if (this.#clock.now() >= this.#extendAt) return this.begin(client)
    const [last, cleared] = await client.mgetBuffer(this.#nameOf('last'), this.#nameOf('cleared'))
    return cleared === null || cleared === undefined ? this.begin(client) : { last: number(last), cleared: number(cleared) }
  }

  /** The same where Redis may not have any yet, and the time. */
  async begin(client: Client): Promise<Versions & { readonly now: number }> {
    const answer = await versionsScript.run(client, this.#nameOf('last'), this.#nameOf('cleared'), REMEMBERED_MS)
    const [last, cleared, now] = list(answer).map(number)
    this.#extendAt = this.#clock.now() + EXTENDED_EVERY_MS
    return { last: last ?? 0, cleared: cleared ?? 0, now: now ?? 0 }
  }

  /** When the entries with each of these tags were last invalidated, by the ids of tags; 0 for never. */
  async ofTags(client: Client, tags: readonly string[]): Promise<readonly number[]> {
    const versions = await client.mgetBuffer(...tags.map((tag) => this.#nameOf(`tag:${tag}`)))
    return versions.map(number)
  }

  /** Invalidates the entries with a tag, or without one all of them, and says so on a channel. */
  async invalidate(client: Client, tag: string | undefined, channel: string, message: Buffer): Promise<void> {
    const name = this.#nameOf(tag === undefined ? 'cleared' : `tag:${tag}`)
    await invalidateScript.run(client, this.#nameOf('last'), name, REMEMBERED_MS, channel, message)
  }

  #nameOf(what: string): string {
    return this.#prefix + what
  }
}
