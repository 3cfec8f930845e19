import { Cluster, type Redis } from 'ioredis'
import { type Client, commandClient, type RedisAddress, SILENT_MS } from './address.ts'
import { Masters } from './masters.ts'
import { OwedAnswers } from './owed-answers.ts'
import { Reconnecting } from './reconnecting.ts'

/** A server and what it owes. */
interface Server {
  /** `host:port` in a cluster, else empty. */
  readonly address: string
  readonly owed: OwedAnswers
}

/** Servers of a cluster that are told apart: they may have other addresses each time they start. */
const MAX_SERVERS = 1_000

/**
 * A connection to Redis that agents can forget about: made at the first use, remade in the background after growing and
 * jittered pauses, without a queue while it is down, and never what keeps the process from ending.
 */
export class RedisConnection {
  /** The servers behind it, where it leads to a cluster of them. */
  readonly masters: Masters | undefined
  readonly #client: Client
  readonly #reconnecting: Reconnecting
  #ready: Promise<void> | undefined
  /** Why there is no connection: a wrong password, nobody who listens. Commands only learn that there is none. */
  #refusal: Error | undefined
  #closed = false
  #users = 0
  #epoch = 0
  /** By address in a cluster, where what others answer says nothing of the one that is silent. */
  readonly #servers = new Map<string, Server>()

  constructor(address: RedisAddress, random: () => number = Math.random) {
    this.#client = commandClient(address)
    this.#reconnecting = new Reconnecting(() => this.#connect(), random)
    // Each failing command reports for itself; without a listener, ioredis would print these.
    this.#client.on('error', (error) => (this.#refusal = error))
    this.#client.on('ready', () => {
      this.#epoch += 1
      this.#reconnecting.succeeded()
      this.#refusal = undefined
    })
    this.#client.on('end', () => {
      if (!this.#closed) this.#reconnecting.later()
    })
    this.masters = this.#client instanceof Cluster ? new Masters(this.#client) : undefined
    if (!(this.#client instanceof Cluster)) releaseProcess(this.#client)
    this.#client.on('+node', (node: Redis) => {
      releaseProcess(node)
      giveUpWhenSilent(node)
      node.on('ready', () => (this.#epoch += 1))
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Number of the connection, or of all to the servers of a cluster: another one may lead to a server that has lost what it knew. */
  get epoch(): number {
    return this.#epoch
  }

  /**
   * Runs commands once the connection stands. Rejects when there is none; the caller brings the deadline.
   * @param names what they are about, one for each server of a cluster that is needed
   */
  async run<T>(commands: (client: Client) => Promise<T>, ...names: readonly string[]): Promise<T> {
    this.#reconnecting.use()
    const servers = this.#serversOf(names)
    for (const { address, owed } of servers) if (owed.begin(performance.now())) this.#drop(address)
    try {
      if (this.#client.status !== 'ready') await this.#connected()
      return await commands(this.#client)
    } catch (error) {
      throw this.#closed ? error : (this.#refusal ?? error)
    } finally {
      for (const { owed } of servers) owed.end(performance.now())
    }
  }

  /** Takes note of one more cache that uses it. */
  retain(): void {
    this.#users += 1
  }

  /** When the last cache lets go, the connection ends for good; commands that run reject. True when it does. */
  release(): boolean {
    if (--this.#users > 0) return false
    this.#closed = true
    this.#reconnecting.cancel()
    this.#client.disconnect()
    return true
  }

  /** Resolves when the connection stands; rejects when the attempt that runs, or the one made now, fails. */
  #connected(): Promise<void> {
    const idle = this.#client.status === 'wait' || this.#client.status === 'end'
    // Not left to the timer: who asks is the breaker's probe, and the next one is half a second away.
    if (idle && !this.#closed) this.#connect()
    return this.#ready ?? Promise.reject(new Error('not connected'))
  }

  #connect(): void {
    this.#reconnecting.cancel()
    this.#ready = connectAll(this.#client).finally(() => (this.#ready = undefined))
    // Who waits for it handles the error; when nobody does, the next attempt follows all the same.
    this.#ready.catch(() => {})
  }

  #serversOf(names: readonly string[]): readonly Server[] {
    const { masters } = this
    return masters === undefined ? [this.#serverAt('')] : names.map((name) => this.#serverAt(masters.addressOf(name)))
  }

  #serverAt(address: string): Server {
    const known = this.#servers.get(address)
    if (known !== undefined) return known
    if (this.#servers.size >= MAX_SERVERS) this.#servers.clear()
    const server = { address, owed: new OwedAnswers() }
    this.#servers.set(address, server)
    return server
  }

  /** Ends a connection on which nothing comes any more, so that another is made. */
  #drop(address: string): void {
    const client = this.#client instanceof Cluster ? this.masters?.at(address) : this.#client
    client?.stream?.destroy()
  }
}

/** Lets the process end while this connection stands or is being made. */
export function releaseProcess(client: Redis): void {
  const unref = (): unknown => client.stream?.unref()
  client.on('connect', unref)
  // The socket exists a moment after the attempt has begun; while it connects it must not hold the process either.
  client.on('connecting', () => setImmediate(unref).unref())
}

/** Ends attempts to connect to a server that accepts the connection and says nothing: while one goes on, all that the server has fails. */
function giveUpWhenSilent(node: Redis): void {
  const giveUp = (): void => {
    if (node.status !== 'ready') node.stream?.destroy()
  }
  node.on('connecting', () => setTimeout(giveUp, SILENT_MS).unref())
}

/** Connects, in a cluster to every server that has a part: the first command for one would otherwise fail. */
async function connectAll(client: Client): Promise<void> {
  await client.connect()
  if (!(client instanceof Cluster)) return
  const idle = client.nodes('master').filter((node) => node.status === 'wait')
  await Promise.allSettled(idle.map((node) => node.connect()))
}
