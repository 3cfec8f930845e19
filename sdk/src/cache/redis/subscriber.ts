import { diag } from '@opentelemetry/api'
import type { Redis } from 'ioredis'
import { type RedisAddress, SILENT_MS, subscriberClient } from './address.ts'
import { releaseProcess } from './connection.ts'
import { Reconnecting } from './reconnecting.ts'

/** How often the server is asked whether it is still there. A connection can be gone without a word. */
const PING_EVERY_MS = 500

/** Who listens to a channel. None of these may throw. */
export interface ChannelListener {
  heard(message: Buffer): void
  /** From now on nothing is missed. */
  connected(): void
  /** From now on messages may be missed. */
  disconnected(): void
}

/**
 * The connection on which processes hear from each other, for all caches that use one Redis. It is made when the first of them
 * listens, remade when it is lost, and asked for signs of life, so that it is known within two pings when messages may be missed.
 */
export class RedisSubscriber {
  readonly #address: RedisAddress
  readonly #channels = new Map<string, Set<ChannelListener>>()
  readonly #reconnecting: Reconnecting
  #client: Redis | undefined
  #connections = 0
  #live = false
  #warned = false
  #pinger: NodeJS.Timeout | undefined

  constructor(address: RedisAddress, random: () => number = Math.random) {
    this.#address = address
    this.#reconnecting = new Reconnecting(() => this.#connect(), random)
  }

  /** Whether nothing is missed now. */
  get live(): boolean {
    return this.#live
  }

  /** Listens to a channel until what it returns is called; `connected` follows when the connection stands. */
  listen(channel: string, listener: ChannelListener): () => void {
    const listeners = this.#channels.get(channel) ?? new Set()
    listeners.add(listener)
    this.#channels.set(channel, listeners)
    if (this.#client === undefined) this.#connect()
    else if (this.#client.status === 'ready') this.#subscribe(this.#client, [channel])
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#channels.delete(channel)
    }
  }

  /** Somebody is to hear what is said: where the connection is lost, attempts to make it again go on. */
  use(): void {
    this.#reconnecting.use()
  }

  close(): void {
    this.#channels.clear()
    this.#reconnecting.cancel()
    const client = this.#client
    this.#end()
    if (client !== undefined) drop(client)
  }

  #connect(): void {
    const client = subscriberClient(this.#address, this.#connections++)
    this.#client = client
    releaseProcess(client)
    client.on('error', () => {})
    client.on('messageBuffer', (channel: Buffer, message: Buffer) => this.#heard(channel.toString(), message))
    const lost = (): void => {
      if (this.#client !== client) return
      this.#end()
      if (this.#channels.size > 0) this.#reconnecting.later()
    }
    client.on('end', lost)
    // ioredis waits until the socket is closed, some turns of the event loop later, in which messages would be missed unnoticed.
    client.on('connect', () => client.stream.once('end', lost))
    // A server that accepts connections and says nothing would be waited for without end.
    setTimeout(() => {
      if (this.#client === client && !this.#live) drop(client)
    }, SILENT_MS).unref()
    client.connect().then(
      () => this.#subscribe(client, [...this.#channels.keys()]),
      () => {},
    )
  }

  #subscribe(client: Redis, channels: readonly string[]): void {
    if (channels.length === 0) return
    client.subscribe(...channels).then(
      () => this.#subscribed(client, channels),
      (error: unknown) => this.#refused(client, error),
    )
  }

  #subscribed(client: Redis, channels: readonly string[]): void {
    if (this.#client !== client) return
    this.#live = true
    this.#reconnecting.succeeded()
    this.#pinger ??= setInterval(() => this.#ping(), PING_EVERY_MS).unref()
    for (const channel of channels) for (const listener of this.#channels.get(channel) ?? []) listener.connected()
  }

  #refused(client: Redis, error: unknown): void {
    if (!this.#warned && error instanceof Error && error.name === 'ReplyError')
      diag.warn(
        `redis lets nobody subscribe here (${error.message}), so that changes of other processes are not heard of; memory in front of it is not used.`,
      )
    this.#warned = true
    drop(client)
  }

  #heard(channel: string, message: Buffer): void {
    for (const listener of this.#channels.get(channel) ?? []) listener.heard(message)
  }

  #ping(): void {
    const client = this.#client
    if (client === undefined) return
    const silent = setTimeout(() => drop(client), PING_EVERY_MS).unref()
    client.ping().then(
      () => clearTimeout(silent),
      () => drop(client),
    )
  }

  #end(): void {
    this.#client = undefined
    clearInterval(this.#pinger)
    this.#pinger = undefined
    if (!this.#live) return
    this.#live = false
    for (const listeners of this.#channels.values()) for (const listener of listeners) listener.disconnected()
  }
}

/** Ends a connection at once. ioredis's `disconnect` would wait in a timer that holds the process. */
function drop(client: Redis): void {
  if (client.stream === undefined) client.disconnect()
  else client.stream.destroy()
}
