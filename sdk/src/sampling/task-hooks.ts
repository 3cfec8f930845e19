import { createHook } from 'node:async_hooks'
import { promiseHooks } from 'node:v8'
import { currentCall, type FollowedCall } from './followed-call.ts'

/** Is told when a task begins, and of which call it is, and when it is over. */
export interface TaskListener {
  before(call: FollowedCall | undefined): void
  after(): void
}

/**
 * Whether the call that a task belongs to is known as the task begins: only where V8 itself keeps the context of asynchronous code
 * (AsyncContextFrame: Node 24, or 22 with --experimental-async-context-frame). Elsewhere Node keeps it by async_hooks, which makes every
 * `await` of the process 2.7 times as dear for ever (docs/decisions.md); there the storage has a field more.
 */
export const followsTasks: boolean = !('enabled' in currentCall)

/** Whether async_hooks can leave promises to V8's cheaper hooks: then it refuses to be asked for both at once. */
const leavesPromises: boolean = refuses(() => createHook({ promiseResolve() {}, trackPromises: false }))

/** Tells of every task from now on; returns what ends that. */
export function hookTasks(listener: TaskListener): () => void {
  const before = () => listener.before(currentCall.getStore())
  const after = () => listener.after()
  const callbacks = createHook({ before, after, trackPromises: !leavesPromises }).enable()
  const endPromises = leavesPromises ? promiseHooks.createHook({ before, after }) : undefined
  return () => {
    callbacks.disable()
    endPromises?.()
  }
}

function refuses(action: () => void): boolean {
  try {
    action()
    return false
  } catch {
    return true
  }
}
