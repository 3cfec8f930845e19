import type { CallSite } from '../../call-site.ts'
import type { Clock } from '../../clock.ts'
import { MAX_NAME_LENGTH, NameRegistry } from '../../names.ts'
import type { MetricSink, MetricSource } from '../../telemetry/source.ts'
import { type ObservedBackend, ObservedCache } from './observed-cache.ts'

/** Observed caches of one library that are told apart; the rest is `other`. A bound of their own: they take no name from caches of ours. */
const MAX_NAMES = 50

/** All caches of one library that are observed, by name. */
export class ObservedCaches implements MetricSource {
  readonly #backend: ObservedBackend
  readonly #clock: Clock
  readonly #names = new NameRegistry(MAX_NAMES)
  readonly #caches = new Map<string, ObservedCache>()

  constructor(backend: ObservedBackend, clock: Clock) {
    this.#backend = backend
    this.#clock = clock
  }

  /** The cache of this name; undefined when it has not been made known. */
  find(name: string): ObservedCache | undefined {
    return this.#caches.get(name)
  }

  /** The cache that goes by this name; its first place counts. */
  named(given: string, site: CallSite | undefined): ObservedCache {
    const name = this.#names.admit(given)
    const known = this.#caches.get(name)
    if (known !== undefined) return known
    const cache = new ObservedCache({ name, backend: this.#backend, site, clock: this.#clock })
    this.#caches.set(name, cache)
    return cache
  }

  /** The cache that is named for the place in the source where it is used. */
  at(site: CallSite): ObservedCache {
    // Where a package lies says nothing of the cache; and what is cut off a long path must not be the line.
    const name = `${site.file.replace(/^.*\/?node_modules\//, '')}:${site.line}`
    return this.named(name.slice(-MAX_NAME_LENGTH), site)
  }

  collect(sink: MetricSink): void {
    for (const cache of this.#caches.values()) cache.collect(sink)
  }
}
