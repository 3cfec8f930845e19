/** A call did not answer within its deadline. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'

  constructor(deadlineMs: number) {
    super(`no answer within ${deadlineMs} ms`)
  }
}

/**
 * The outcome of `work`, or a DeadlineError after `deadlineMs`; what comes later is dropped. The timer holds the process,
 * because the caller waits for its answer. An answer that arrived while the event loop was blocked still counts: timers
 * run before sockets are read, so the deadline lets the sockets go first.
 */
export function withDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(new DeadlineError(deadlineMs))), deadlineMs)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
