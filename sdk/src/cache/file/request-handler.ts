import { systemClock } from '../../clock.ts'
import { bootId } from './boot.ts'
import { faultOf } from './faults.ts'
import { Notices } from './notices.ts'
import type { Answer, FromThread, Request, ThreadData, ToThread } from './protocol.ts'
import { RequestQueue } from './request-queue.ts'
import { Store } from './store.ts'

/** Milliseconds after which uses of entries are written, where nothing else is. */
const USES_WRITTEN_AFTER_MS = 1_000

/** Answers what the agent's thread asks of the file. */
export class RequestHandler {
  readonly #store: Store
  readonly #queue = new RequestQueue(systemClock)
  readonly #notices: Notices
  readonly #post: (message: FromThread) => void
  #usesTimer: NodeJS.Timeout | undefined

  constructor(data: ThreadData, post: (message: FromThread) => void) {
    this.#post = post
    this.#store = new Store({ ...data, boot: bootId(), wallTime: Date.now, warn: (text) => post({ type: 'warning', text }) })
    this.#notices = new Notices(this.#store, post)
  }

  take(message: ToThread): void {
    switch (message.type) {
      case 'call':
        return this.#serve(message)
      case 'watch':
        return this.#notices.watch()
      case 'close':
        clearTimeout(this.#usesTimer)
        this.#notices.close()
        this.#queue.close()
        return this.#store.close()
    }
  }

  #serve({ call, patienceMs, request }: Extract<ToThread, { readonly type: 'call' }>): void {
    const answer = (answer: Answer): void => this.#post({ type: 'answer', call, answer })
    if (request.type === 'wait') return this.#notices.wait(request, answer)
    const run = (): void => {
      const found = request.type === 'read' ? this.#store.read(request) : this.#change(request)
      // A lock is a change: it takes its turn with those that wait.
      if (found === undefined && request.type === 'read') this.#queue.add(() => answer(this.#store.lock(request)), failed, patienceMs)
      else if (found !== undefined) answer(found)
      this.#writeUsesLater()
    }
    const failed = (error: unknown): void => this.#failed(call, error)
    // Readers do not wait behind writers, unless they have to.
    if (request.type === 'read') attempt(run, () => this.#queue.add(run, failed, patienceMs))
    else this.#queue.add(run, failed, patienceMs)
  }

  #change(request: Exclude<Request, { readonly type: 'read' | 'wait' }>): Answer {
    const answer = this.#changed(request)
    this.#notices.look(true)
    return answer
  }

  #changed(request: Exclude<Request, { readonly type: 'read' | 'wait' }>): Answer {
    switch (request.type) {
      case 'write':
        return this.#store.write(request)
      case 'change':
        return this.#store.change(request)
      case 'invalidate':
        return this.#store.invalidate(request)
      case 'extend':
        return this.#store.extend(request)
      case 'release':
        return this.#store.release(request)
    }
  }

  #failed(call: number, error: unknown): void {
    const fault = faultOf(error)
    const message = fault === 'busy' ? 'another process has the file locked' : error instanceof Error ? error.message : String(error)
    this.#post({ type: 'failure', call, message, refused: fault === 'full' || fault === 'read-only' })
  }

  #writeUsesLater(): void {
    if (!this.#store.waits) return
    this.#usesTimer ??= setTimeout(() => {
      this.#usesTimer = undefined
      this.#queue.add(
        () => this.#store.writeUses(),
        () => {},
        0,
      )
    }, USES_WRITTEN_AFTER_MS)
  }
}

function attempt(run: () => void, otherwise: () => void): void {
  try {
    run()
  } catch {
    otherwise()
  }
}
