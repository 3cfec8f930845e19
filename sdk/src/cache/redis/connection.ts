import { Cluster, type Redis } from 'ioredis'
import { type Client, commandClient, type RedisAddress, SILENT_MS } from './address.ts'
import { Reconnecting } from './reconnecting.ts'

/**
 * A connection to Redis that agents can forget about: made at the first use, remade in the background after growing and
 * jittered pauses, without a queue while it is down, and never what keeps the process from ending.
 */
export class RedisConnection {
  readonly #client: Client
  readonly #reconnecting: Reconnecting
  #ready: Promise<void> | undefined
  /** Why there is no connection: a wrong password, nobody who listens. Commands only learn that there is none. */
  #refusal: Error | undefined
  #closed = false
  #users = 0
  #epoch = 0
  /** Answers that are owed, and when the last one came or the first of them was asked for. */
  #owed = 0
  #heardAt = 0

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
    if (this.#client instanceof Cluster) this.#client.on('+node', releaseProcess)
    else releaseProcess(this.#client)
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Number of the connection: another one may lead to a server that has lost what it knew. */
  get epoch(): number {
    return this.#epoch
  }

  /** Runs a command once the connection stands. Rejects when there is none; the caller brings the deadline. */
  async run<T>(command: (client: Client) => Promise<T>): Promise<T> {
    this.#replaceWhenSilent()
    if (this.#owed++ === 0) this.#heardAt = performance.now()
    try {
      if (this.#client.status !== 'ready') await this.#connected()
      return await command(this.#client)
    } catch (error) {
      throw this.#closed ? error : (this.#refusal ?? error)
    } finally {
      this.#owed -= 1
      this.#heardAt = performance.now()
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

  #replaceWhenSilent(): void {
    if (this.#owed === 0 || performance.now() - this.#heardAt <= SILENT_MS) return
    this.#heardAt = performance.now()
    for (const node of nodesOf(this.#client)) node.stream?.destroy()
  }
}

/** Lets the process end while this connection stands or is being made. */
export function releaseProcess(client: Redis): void {
  const unref = (): unknown => client.stream?.unref()
  client.on('connect', unref)
  // The socket exists a moment after the attempt has begun; while it connects it must not hold the process either.
  client.on('connecting', () => setImmediate(unref).unref())
}

/** Connects, in a cluster to every server that has a part: the first command for one would otherwise fail. */
async function connectAll(client: Client): Promise<void> {
  await client.connect()
  if (!(client instanceof Cluster)) return
  const idle = client.nodes('master').filter((node) => node.status === 'wait')
  await Promise.allSettled(idle.map((node) => node.connect()))
}

function nodesOf(client: Client): readonly Redis[] {
  return client instanceof Cluster ? client.nodes() : [client]
}
