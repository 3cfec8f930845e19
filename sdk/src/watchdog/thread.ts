import { parentPort, workerData } from 'node:worker_threads'
import { openScheduling } from './scheduling.ts'
import { SharedMemory, systemNow } from './shared-memory.ts'
import { type Next, StallWatch } from './stall-watch.ts'

/** What the thread is given. */
export interface ThreadData {
  readonly buffer: SharedArrayBuffer
  /** Key, for `Symbol.for`, of the function on the agent's global object that notes what its thread does now. */
  readonly lookKey: string
}

/** What the thread says, as its last words: why it cannot look. */
export type ThreadFailure = string

/** Its own processor time is read every so many times that it wakes. */
const READ_CPU_EVERY = 40

/** The program of the watchdog's thread. It imports next to nothing, because each megabyte of it is the agent's. */
function watch({ buffer, lookKey }: ThreadData): void {
  const memory = new SharedMemory(buffer)
  const stalls = new StallWatch()
  const scheduling = openScheduling()
  let wakes = 0
  let beat = 0
  let whileLooking: NodeJS.Timeout | undefined

  function untilStall(): void {
    let next = wake()
    while (!next.look) {
      memory.sleep(next.sleepMs)
      next = wake()
    }
    look()
  }

  function wake(): Next {
    beat = memory.beat
    const next = stalls.wake(systemNow(), beat)
    memory.stoppedMs = stalls.stoppedMs
    if (wakes++ % READ_CPU_EVERY === 0 && scheduling !== undefined) memory.threadCpuMs = scheduling.read().cpuMs
    return next
  }

  /** Sleep would keep the answer out, so that timers do for as long as it takes, which may be the whole block. */
  function keepTime(): void {
    whileLooking = setTimeout(keepTime, wake().sleepMs)
  }

  function look(): void {
    try {
      const { Session } = process.getBuiltinModule('node:inspector')
      const session = new Session()
      memory.attached = true
      session.connectToMainThread()
      // Runs between two instructions of what the agent's thread is doing, on top of its stack. A native call ends first.
      const expression = `globalThis[Symbol.for('${lookKey}')]?.(${beat}, ${systemNow()})`
      session.post('Runtime.evaluate', { expression, silent: true, disableBreaks: true, returnByValue: true }, () => {
        session.disconnect()
        memory.attached = false
        clearTimeout(whileLooking)
        untilStall()
      })
      keepTime()
    } catch (error) {
      memory.attached = false
      parentPort?.postMessage((error instanceof Error ? error.message : String(error)) satisfies ThreadFailure, [])
    }
  }

  untilStall()
}

watch(workerData)
