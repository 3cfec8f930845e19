import { Redis } from 'ioredis'
import type { RedisStorageParts } from '../../sdk/src/cache/redis/storage.ts'
import type { ChannelListener } from '../../sdk/src/cache/redis/subscriber.ts'

type Connection = RedisStorageParts['connection']
type Subscriber = RedisStorageParts['subscriber']

/** A command on its way: to the server, and its answer back. */
interface Command {
  readonly execute: () => Promise<unknown>
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
  /** What the process knew when it sent it. */
  readonly note: unknown
  answer: Promise<unknown> | undefined
}

/** A message on its way to a process, and what its sender knew when it sent the command. */
export interface Sent {
  readonly message: Buffer
  readonly note: unknown
}

const BARRIER = 'pitwall-test-barrier'

/**
 * A real Redis whose commands, answers and messages go on only when a test says so, one at a time: everything that a
 * network can do to them can happen in any order, and again in the same.
 */
export class SteppedRedis {
  readonly #client: Redis
  readonly #ears: Redis
  readonly processes: readonly SteppedProcess[]
  #barriers = 0
  #reached: () => void = () => {}
  /** The command that is being carried out. */
  #serving: Command | undefined
  #published: Sent[] = []
  /** Told of each command that was carried out: the messages that it sent out, and its answer. */
  onServed: (published: readonly Sent[], answer: unknown) => void = () => {}

  private constructor(url: string, processes: number) {
    this.#client = new Redis(url)
    this.#ears = new Redis(url)
    this.processes = Array.from({ length: processes }, () => new SteppedProcess(this.#client))
  }

  static async connect(url: string, processes: number): Promise<SteppedRedis> {
    const redis = new SteppedRedis(url, processes)
    redis.#ears.on('pmessageBuffer', (_pattern: Buffer, channel: Buffer, message: Buffer) => redis.#heard(channel.toString(), message))
    await redis.#ears.psubscribe('pitwall*')
    return redis
  }

  /** Forgets everything, for the next schedule. */
  async reset(): Promise<void> {
    await this.#client.flushdb()
    for (const process of this.processes) process.reset()
  }

  /** The server carries out the next command of a process. */
  async serve(process: SteppedProcess | undefined): Promise<void> {
    const command = process?.nextToServe()
    if (command === undefined) return
    this.#serving = command
    command.answer = command.execute()
    const answer = await command.answer.catch(() => {})
    // What it has published is in the queues of the processes before anything else happens.
    const reached = new Promise<void>((resolve) => (this.#reached = resolve))
    await this.#client.publish(BARRIER, String(++this.#barriers))
    await reached
    this.onServed(this.#published.splice(0), answer)
  }

  /** Time passes at the server. */
  async advance(ms: number): Promise<void> {
    await this.#client.eval(
      `for _, key in ipairs(redis.call('KEYS', '*')) do
        local left = redis.call('PTTL', key)
        if left > tonumber(ARGV[1]) then redis.call('PEXPIRE', key, left - ARGV[1]) elseif left >= 0 then redis.call('DEL', key) end
      end`,
      0,
      ms,
    )
  }

  disconnect(): void {
    this.#client.disconnect()
    this.#ears.disconnect()
  }

  #heard(channel: string, message: Buffer): void {
    if (channel === BARRIER) {
      if (Number(message) === this.#barriers) this.#reached()
      return
    }
    const sent = { message, note: this.#serving?.note }
    this.#published.push(sent)
    for (const process of this.processes) process.queue(sent)
  }
}

/** One process's connections. */
export class SteppedProcess {
  readonly #client: Redis
  #unserved: Command[] = []
  #unanswered: Command[] = []
  #messages: Sent[] = []
  /** What the process knows now; kept with each command that it sends. */
  note: () => unknown = () => undefined
  #listener: ChannelListener | undefined
  /** Whether the connection on which it hears from others stands. */
  #connected = false

  constructor(client: Redis) {
    this.#client = client
  }

  readonly connection: Connection = {
    epoch: 1,
    retain() {},
    release: () => true,
    run: (command) => command(this.#stepped as never),
  }

  readonly subscriber: Subscriber = {
    listen: (_channel, listener) => {
      this.#listener = listener
      return () => {}
    },
    use() {},
    close() {},
  }

  get isConnected(): boolean {
    return this.#connected
  }

  /** Whether anything is on its way. */
  get isBusy(): boolean {
    return this.#unserved.length > 0 || this.#unanswered.length > 0 || this.#messages.length > 0
  }

  reset(): void {
    this.#unserved = []
    this.#unanswered = []
    this.#messages = []
    this.#listener = undefined
    this.#connected = false
  }

  nextToServe(): Command | undefined {
    const command = this.#unserved.shift()
    if (command !== undefined) this.#unanswered.push(command)
    return command
  }

  /** The answer to the oldest command that was carried out arrives. */
  deliver(): void {
    const command = this.#unanswered.shift()
    command?.answer?.then(command.resolve, command.reject)
  }

  /** The oldest command gets no answer: it was carried out, or never arrived. False when there is none. */
  fail(): boolean {
    const command = this.#unanswered.shift() ?? this.#unserved.shift()
    command?.reject(new Error('lost'))
    return command !== undefined
  }

  /** The next message arrives. */
  hear(): Sent | undefined {
    const sent = this.#messages.shift()
    if (sent !== undefined) this.#listener?.heard(sent.message)
    return sent
  }

  queue(sent: Sent): void {
    if (this.#connected) this.#messages.push(sent)
  }

  /** False when it was connected already, or nobody listens yet. */
  connect(): boolean {
    if (this.#connected || this.#listener === undefined) return false
    this.#connected = true
    this.#listener.connected()
    return true
  }

  disconnect(): void {
    if (!this.#connected) return
    this.#connected = false
    this.#messages = []
    this.#listener?.disconnected()
  }

  readonly #stepped = {
    callBuffer: (name: string, args: (string | number | Buffer)[]) => this.#command(() => this.#client.callBuffer(name, args)),
    getBuffer: (name: string) => this.#command(() => this.#client.getBuffer(name)),
    mgetBuffer: (...names: string[]) => this.#command(() => this.#client.mgetBuffer(...names)),
  }

  #command(execute: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => this.#unserved.push({ execute, resolve, reject, note: this.note(), answer: undefined }))
  }
}
