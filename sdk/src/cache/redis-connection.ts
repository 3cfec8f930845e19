import { Redis, type RedisOptions } from 'ioredis'

/** Longest pause before the next attempt to connect: with it, a Redis that returns is in use again within a second. */
const MAX_PAUSE_MS = 500
const FIRST_PAUSE_MS = 50

/** Milliseconds after which a connection that owes answers and gives none is replaced: its peer may be gone without a word. */
const SILENT_MS = 2_000

/** What a connection may be told: ioredis's own options; those that would make a caller wait are set here. */
export type ConnectionOptions = Omit<
  RedisOptions,
  | 'lazyConnect'
  | 'enableOfflineQueue'
  | 'retryStrategy'
  | 'maxRetriesPerRequest'
  | 'autoResendUnfulfilledCommands'
  | 'replyMapping'
  | 'keyPrefix'
>

/**
 * A connection to Redis that agents can forget about: made at the first use, remade in the background after growing and
 * jittered pauses, without a queue while it is down, and never what keeps the process from ending.
 */
export class RedisConnection {
  readonly #redis: Redis
  readonly #random: () => number
  #ready: Promise<void> | undefined
  #attempts = 0
  #timer: NodeJS.Timeout | undefined
  /** Why there is no connection: a wrong password, nobody who listens. Commands only learn that there is none. */
  #refusal: Error | undefined
  #closed = false
  #users = 0
  /** Answers that are owed, and when the last one came or the first of them was asked for. */
  #owed = 0
  #heardAt = 0

  constructor(url: string | undefined, options: ConnectionOptions, random: () => number = Math.random) {
    const all = {
      connectTimeout: SILENT_MS,
      ...options,
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      // ioredis would wait for its next attempt in a timer that holds the process.
      retryStrategy: () => null,
    } satisfies RedisOptions
    this.#redis = url === undefined ? new Redis(all) : new Redis(url, all)
    this.#random = random
    // Each failing command reports for itself; without a listener, ioredis would print these.
    this.#redis.on('error', (error) => (this.#refusal = error))
    this.#redis.on('connect', () => this.#redis.stream.unref())
    this.#redis.on('ready', () => {
      this.#attempts = 0
      this.#refusal = undefined
    })
    this.#redis.on('end', () => this.#connectLater())
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Runs a command once the connection stands. Rejects when there is none; the caller brings the deadline. */
  async run<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    this.#replaceWhenSilent()
    if (this.#owed++ === 0) this.#heardAt = performance.now()
    try {
      if (this.#redis.status !== 'ready') await this.#connected()
      return await command(this.#redis)
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

  /** When the last cache lets go, the connection ends for good; commands that run reject. */
  release(): void {
    if (--this.#users > 0) return
    this.#closed = true
    clearTimeout(this.#timer)
    this.#redis.disconnect()
  }

  /** Resolves when the connection stands; rejects when the attempt that runs, or the one made now, fails. */
  #connected(): Promise<void> {
    const idle = this.#redis.status === 'wait' || this.#redis.status === 'end'
    // Not left to the timer: who asks is the breaker's probe, and the next one is half a second away.
    if (idle && !this.#closed) this.#connect()
    return this.#ready ?? Promise.reject(new Error('not connected'))
  }

  #connect(): void {
    clearTimeout(this.#timer)
    this.#ready = this.#redis.connect().finally(() => (this.#ready = undefined))
    // Who waits for it handles the error; when nobody does, the next attempt follows all the same.
    this.#ready.catch(() => {})
    // The socket exists a moment later; while it connects it must not hold the process either.
    setImmediate(() => this.#redis.stream?.unref()).unref()
  }

  #connectLater(): void {
    if (this.#closed) return
    const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#attempts++)
    // Jitter over the upper half: agents that lost the same Redis do not come back in step.
    this.#timer = setTimeout(() => this.#connect(), pause * (0.5 + this.#random() / 2)).unref()
  }

  #replaceWhenSilent(): void {
    if (this.#owed > 0 && performance.now() - this.#heardAt > SILENT_MS) this.#redis.stream?.destroy()
  }
}
