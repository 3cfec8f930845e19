import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { diag } from '@opentelemetry/api'
import { withDeadline } from '../shared/deadline.ts'
import { StorageRefusal } from '../shared/shared-storage.ts'
import { handedOver } from './handed-over.ts'
import type { Answer, Change, FromThread, Request, ThreadData, ToThread } from './protocol.ts'

/** Milliseconds that a thread may take to start: it does so once, and calls wait for it. */
export const START_MS = 1_000
/** Share of its time that a call may wait for other processes: the rest is for saying so. */
const PATIENCE = 0.8

/** Who is told what happens to a file. None of these may throw. */
export interface FileListener {
  changed(change: Change): void
  /** From now on changes may be missed. */
  lost(): void
  /** From now on none is missed. */
  regained(): void
}

interface Pending {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/**
 * The thread that has the file, for all caches of this process that use it: started by the first call, started again when it
 * has ended, and never what keeps the process.
 */
export class FileConnection {
  readonly #data: ThreadData
  readonly #onUnused: () => void
  readonly #listeners = new Set<FileListener>()
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #started = false
  #calls = 0
  #users = 0
  #hears = false

  /** @param onUnused called when the last cache lets go of it */
  constructor(data: ThreadData, onUnused: () => void) {
    this.#data = data
    this.#onUnused = onUnused
  }

  /** Whether no change is missed now. */
  get hears(): boolean {
    return this.#hears
  }

  /**
   * Asks the thread. Rejects with a DeadlineError, a StorageRefusal, or what else stands in the way.
   * @param deadlineMs how long it may take once the thread has started
   */
  call(request: Request, deadlineMs: number): Promise<Answer> {
    const call = ++this.#calls
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#pending.set(call, { resolve, reject })
      this.#post(
        { type: 'call', call, patienceMs: deadlineMs * PATIENCE, request },
        handedOver('entry' in request ? request.entry : undefined),
      )
    })
    return withDeadline(answered, this.#started ? deadlineMs : START_MS + deadlineMs).finally(() => this.#pending.delete(call))
  }

  /** Tells of changes until what it returns is called; `regained` follows when the file is open. */
  listen(listener: FileListener): () => void {
    this.#listeners.add(listener)
    if (this.#listeners.size === 1 && this.#worker !== undefined) this.#post({ type: 'watch' })
    else if (this.#hears) listener.regained()
    return () => this.#listeners.delete(listener)
  }

  /** Takes note of one more cache that uses it. */
  retain(): void {
    this.#users += 1
  }

  /** Resolves at once, or, when the last cache lets go, when the file is closed. Calls that run reject then. */
  async release(): Promise<void> {
    if (--this.#users > 0) return
    this.#onUnused()
    const worker = this.#worker
    if (worker === undefined) return
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    this.#post({ type: 'close' })
    this.#end(new Error('the cache is closed'))
    await ended
  }

  #post(message: ToThread, transferred: ArrayBuffer[] = []): void {
    this.#worker ??= this.#start()
    this.#worker.postMessage(message, transferred)
  }

  #start(): Worker {
    const worker = new Worker(new URL(`./thread${extname(import.meta.url)}`, import.meta.url), {
      name: 'pitwall file cache',
      workerData: this.#data,
      // Nothing of the agent's: neither what it preloads nor its environment. Node.js 22 calls SQLite experimental, on stderr.
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {},
    })
    worker.on('message', (message: FromThread) => this.#heard(message))
    worker.on('error', (error) => this.#ended(worker, error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => this.#ended(worker, new Error('the thread of the file has ended')))
    // Last, because a listener takes it back.
    worker.unref()
    if (this.#listeners.size > 0) worker.postMessage({ type: 'watch' } satisfies ToThread, [])
    return worker
  }

  #heard(message: FromThread): void {
    switch (message.type) {
      case 'started':
        this.#started = true
        return
      case 'answer':
        return this.#pending.get(message.call)?.resolve(message.answer)
      case 'failure':
        return this.#pending.get(message.call)?.reject(message.refused ? new StorageRefusal(message.message) : new Error(message.message))
      case 'changes':
        for (const change of message.changes) for (const listener of this.#listeners) listener.changed(change)
        return
      case 'lost':
        return this.#lose()
      case 'regained':
        this.#hears = true
        for (const listener of this.#listeners) listener.regained()
        return
      case 'warning':
        diag.warn(message.text)
    }
  }

  #ended(worker: Worker, error: Error): void {
    if (this.#worker === worker) this.#end(error)
  }

  #end(error: Error): void {
    this.#worker = undefined
    this.#started = false
    for (const { reject } of this.#pending.values()) reject(error)
    this.#lose()
  }

  #lose(): void {
    if (!this.#hears) return
    this.#hears = false
    for (const listener of this.#listeners) listener.lost()
  }
}
