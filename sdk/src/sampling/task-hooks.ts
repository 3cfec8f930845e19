import { createHook } from 'node:async_hooks'
import { promiseHooks } from 'node:v8'
import { currentCall, type FollowedCall } from './followed-call.ts'

/** Is told when a task begins, and of which call it is, and when it is over. */
export interface TaskListener {
  before(call: FollowedCall | undefined): void
  after(): void
  /** Whether the task that runs was not told. Then `within` is, whenever a promise is made or settled. */
  readonly isUntold: boolean
  within(call: FollowedCall | undefined): void
}

/**
 * Whether the call that a task belongs to is known as the task begins: only where V8 itself keeps the context of asynchronous code
 * (AsyncContextFrame: Node 24, or 22 with --experimental-async-context-frame). Elsewhere Node keeps it by async_hooks, which makes every
 * `await` of the process 2.7 times as dear for ever (docs/decisions.md); there the storage has a field more.
 */
export const followsTasks: boolean = !('enabled' in currentCall)

/**
 * Tells of every task from now on; returns what ends that. Promises are V8's own matter, whose hooks cost half of what async_hooks do;
 * those are for timers and callbacks. A Node.js that cannot leave promises out of async_hooks tells of each twice.
 */
export function hookTasks(listener: TaskListener): () => void {
  const before = () => listener.before(currentCall.getStore())
  const after = () => listener.after()
  const within = () => {
    if (listener.isUntold) listener.within(currentCall.getStore())
  }
  const callbacks = createHook({ before, after, trackPromises: false }).enable()
  const endPromises: unknown = promiseHooks.createHook({ init: within, before, after, settled: within })
  return () => {
    callbacks.disable()
    if (typeof endPromises === 'function') endPromises()
  }
}
