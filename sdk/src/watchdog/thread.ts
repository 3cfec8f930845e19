import type { Histogram } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { openScheduling } from './scheduling.ts'
import { SharedMemory, systemNow } from './shared-memory.ts'
import { type Next, StallWatch } from './stall-watch.ts'
import { Turns } from './turns.ts'
import { WaitCalls } from './wait-calls.ts'

/** What the thread is given. */
export interface ThreadData {
  readonly buffer: SharedArrayBuffer
  /** Key, for `Symbol.for`, of the function on the agent's global object that notes what its thread does now. */
  readonly lookKey: string
  /** The turns of the agent's loop. */
  readonly histogram: Histogram
  readonly isOfEveryTurn: boolean
  /** Number of the agent's thread. */
  readonly thread: number
}

/** What was known of the agent's thread before a turn that did not end. */
export interface Before {
  /** When its loop had not begun it, on the clock of the system, in milliseconds; it is its name as well. */
  readonly at: number
  /** Turns that had ended. */
  readonly turns: number
  /** Time that it had waited for a processor, in milliseconds. */
  readonly waitedMs: number
  /** Time in which the process had been stopped, in milliseconds. */
  readonly stoppedMs: number
}

/** What the thread says: that such a turn is over, and whether it was looked into; or as its last words why it cannot look. */
export type ThreadMessage = { readonly over: Before; readonly isLookedInto: boolean } | { readonly failure: string }

/** Its own processor time is read every so many times that it wakes: files of `/proc` are most of what it costs. */
const READ_CPU_EVERY = 40

/** The program of the watchdog's thread. It imports next to nothing, because each megabyte of it is the agent's. */
function watch({ buffer, lookKey, histogram, isOfEveryTurn, thread }: ThreadData): void {
  const memory = new SharedMemory(buffer)
  const turns = new Turns(histogram, isOfEveryTurn ? new WaitCalls(thread) : undefined)
  const stalls = new StallWatch(isOfEveryTurn)
  const own = openScheduling()
  const agent = openScheduling(thread)
  let wakes = 0
  let last: Before = { at: systemNow(), turns: 0, waitedMs: 0, stoppedMs: 0 }
  let before = last
  let isLookedInto = false
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
    const now = systemNow()
    turns.see(now)
    const next = stalls.wake(now, turns.stillSince, () => own?.read().waitedMs ?? 0)
    memory.stoppedMs = stalls.stoppedMs
    if (wakes++ % READ_CPU_EVERY === 0) memory.threadCpuMs = own?.read().cpuMs ?? 0
    if (next.over) parentPort?.postMessage({ over: before, isLookedInto } satisfies ThreadMessage, [])
    see(now)
    return next
  }

  function see(now: number): void {
    const hasRun = turns.haveTurned || !turns.isWaiting
    const seen = {
      at: now,
      turns: turns.count,
      waitedMs: hasRun ? (agent?.read().waitedMs ?? 0) : last.waitedMs,
      stoppedMs: memory.stoppedMs,
    }
    if (turns.isWaiting) before = seen
    else if (turns.haveTurned) before = last
    if (turns.isWaiting || turns.haveTurned) isLookedInto = false
    last = seen
  }

  /** Sleep would keep the answer out, so that timers do for as long as it takes, which may be the whole block. */
  function keepTime(): void {
    whileLooking = setTimeout(keepTime, wake().sleepMs)
  }

  function look(): void {
    try {
      if (!isLookedInto) turns.forgetOthers()
      isLookedInto = true
      before = { ...before, turns: turns.count }
      const { waitsIn } = turns
      const { Session } = process.getBuiltinModule('node:inspector')
      const session = new Session()
      memory.attached = true
      memory.foundWaiting = false
      session.connectToMainThread()
      // Runs between two instructions of what the agent's thread is doing, on top of its stack. A native call ends first.
      const expression = `globalThis[Symbol.for('${lookKey}')]?.(${JSON.stringify(before)}, ${systemNow()})`
      session.post('Runtime.evaluate', { expression, silent: true, disableBreaks: true, returnByValue: true }, () => {
        session.disconnect()
        memory.attached = false
        clearTimeout(whileLooking)
        if (memory.foundWaiting) turns.foundWaiting(waitsIn)
        untilStall()
      })
      keepTime()
    } catch (error) {
      memory.attached = false
      parentPort?.postMessage({ failure: error instanceof Error ? error.message : String(error) } satisfies ThreadMessage, [])
    }
  }

  untilStall()
}

watch(workerData)
