import { type Cluster, Command, type Redis } from 'ioredis'

/** The masters of a cluster. Each may fail alone, and takes with it only what depends on it. */
export class Masters {
  readonly #cluster: Pick<Cluster, 'slots' | 'nodes'>
  /** By the addresses of the masters in each. */
  readonly #groups = new Map<string, object>()

  constructor(cluster: Pick<Cluster, 'slots' | 'nodes'>) {
    this.#cluster = cluster
  }

  /** `host:port` of the master that has a name, as far as is known; empty where it is not. */
  addressOf(name: string): string {
    const slot = new Command('GET', [name]).getSlot()
    return this.#cluster.slots[slot]?.[0] ?? ''
  }

  /** The connection to the master at an address, where there is one. */
  at(address: string): Redis | undefined {
    return this.#cluster.nodes().find(({ options: { host, port } }) => `${host}:${port}` === address)
  }

  /** The masters that have these names, all of which a request needs that uses them: the same object for the same masters. */
  groupOf(...names: readonly string[]): object {
    const addresses = names.map((name) => this.addressOf(name)).join(' ')
    const known = this.#groups.get(addresses)
    if (known !== undefined) return known
    const group = {}
    this.#groups.set(addresses, group)
    return group
  }

  /** Every such group whose masters are part of the cluster still; before it is known, what depends on it. */
  groups(): Iterable<object> {
    const { slots } = this.#cluster
    const masters = new Set(slots.length === 0 ? [''] : slots.map((addresses) => addresses[0]))
    for (const addresses of this.#groups.keys())
      if (!addresses.split(' ').every((address) => masters.has(address))) this.#groups.delete(addresses)
    return this.#groups.values()
  }
}
