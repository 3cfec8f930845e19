import { type FSWatcher, watch } from 'node:fs'
import { faultOf } from './faults.ts'
import type { Answer, FromThread, Request } from './protocol.ts'
import type { Store } from './store.ts'

/** Milliseconds from the word of a change to the look at it: many may be under way. */
const PAUSE_MS = 1
/** Looks in case that nothing was told: the file was removed, or its writer killed before it could. */
const LOOK_EVERY_MS = 250
/** The same where the system does not tell of writes at all. */
const LOOK_OFTEN_MS = 10
/** Changes that are told one by one; of more, only that there were some. */
const MAX_CHANGES = 4_096

interface Waiter {
  readonly request: Extract<Request, { readonly type: 'wait' }>
  readonly answer: (answer: Answer) => void
}

/**
 * Watches for what other processes, and other caches of this one, change in the file: changes that are to be told, and
 * locks that somebody waits for. The system tells of each (inotify and its like), so nothing is asked for in a loop.
 */
export class Notices {
  readonly #store: Store
  readonly #post: (message: FromThread) => void
  readonly #waiters = new Set<Waiter>()
  #watched: { readonly path: string; readonly watcher: FSWatcher | undefined } | undefined
  #tells = false
  /** Where the changes have been told up to; undefined while they may be missed. */
  #told: { readonly file: string; readonly version: number } | undefined
  #looked: { readonly path: string | undefined; readonly dataVersion: number } | undefined
  #soon: NodeJS.Timeout | undefined
  #regular: NodeJS.Timeout | undefined

  constructor(store: Store, post: (message: FromThread) => void) {
    this.#store = store
    this.#post = post
  }

  /** Tells of changes from now on. */
  watch(): void {
    this.#tells = true
    this.#told = undefined
    this.look(true)
  }

  /** Answers once the lock is let go of, or its time is over. */
  wait(request: Waiter['request'], answer: Waiter['answer']): void {
    // The thread does not stay for it.
    setTimeout(() => this.#look(true), Math.max(0, request.until - Date.now()) + 1).unref()
    this.#waiters.add({ request, answer })
    this.#look(true)
  }

  /** Looks at the file soon. @param changed whether this thread has changed it */
  look(changed: boolean = false): void {
    if (!this.#isNeeded) return
    if (changed) this.#looked = undefined
    this.#soon ??= setTimeout(() => this.#look(false), PAUSE_MS)
  }

  get #isNeeded(): boolean {
    return this.#tells || this.#waiters.size > 0
  }

  close(): void {
    this.#tells = false
    this.#waiters.clear()
    this.#rest()
  }

  #look(surely: boolean): void {
    clearTimeout(this.#soon)
    this.#soon = undefined
    if (!this.#isNeeded) return
    try {
      const dataVersion = this.#store.dataVersion()
      const { signal: path } = this.#store
      if (!surely && this.#looked !== undefined && this.#looked.path === path && this.#looked.dataVersion === dataVersion) return
      this.#looked = { path, dataVersion }
      this.#listen(path)
      for (const waiter of this.#waiters) this.#tellWaiter(waiter)
      if (this.#tells) this.#tellChanges()
    } catch (error) {
      this.#looked = undefined
      if (faultOf(error) === 'busy') this.look()
      else this.#giveUp()
    }
    this.#lookRegularly()
  }

  /** The file cannot be read: who waits has to see for himself. */
  #giveUp(): void {
    this.#lose()
    for (const { answer } of this.#waiters) answer({ type: 'released', entry: undefined, outcome: undefined })
    this.#waiters.clear()
  }

  #tellWaiter(waiter: Waiter): void {
    const answer = this.#store.released(waiter.request)
    if (answer === undefined) return
    this.#waiters.delete(waiter)
    waiter.answer(answer)
  }

  #tellChanges(): void {
    const { file, version, changes } = this.#store.news(this.#told?.file ?? '', this.#told?.version ?? 0, MAX_CHANGES)
    if (changes === undefined) this.#lose()
    else if (changes.length > 0) this.#post({ type: 'changes', changes })
    if (this.#told === undefined) this.#post({ type: 'regained' })
    this.#told = { file, version }
  }

  #lose(): void {
    if (this.#told !== undefined) this.#post({ type: 'lost' })
    this.#told = undefined
  }

  #listen(path: string | undefined): void {
    if (path === undefined || this.#watched?.path === path) return
    this.#watched?.watcher?.close()
    this.#watched = { path, watcher: this.#watcherOf(path) }
    this.#restartRegular()
  }

  /** undefined where the system does not tell, or cannot tell of one more file. */
  #watcherOf(path: string): FSWatcher | undefined {
    try {
      const watcher = watch(path, { persistent: false }, () => this.look())
      watcher.on('error', () => {
        watcher.close()
        if (this.#watched?.watcher === watcher) this.#watched = { path: this.#watched.path, watcher: undefined }
        this.#restartRegular()
      })
      return watcher
    } catch {
      return undefined
    }
  }

  #restartRegular(): void {
    clearInterval(this.#regular)
    this.#regular = undefined
    this.#lookRegularly()
  }

  #lookRegularly(): void {
    if (!this.#isNeeded) this.#rest()
    else this.#regular ??= setInterval(() => this.#look(false), this.#watched?.watcher === undefined ? LOOK_OFTEN_MS : LOOK_EVERY_MS)
  }

  #rest(): void {
    clearTimeout(this.#soon)
    clearInterval(this.#regular)
    this.#watched?.watcher?.close()
    this.#soon = this.#regular = this.#watched = undefined
  }
}
