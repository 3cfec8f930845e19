import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { blockedTime } from '../sampling/blocked-time.ts'
import { overhead } from '../sampling/overhead.ts'
import { reason } from '../telemetry/diagnostics.ts'
import { isDebugged } from './obstacle.ts'
import { LoopWatch } from './loop-watch.ts'
import { reportBlock } from './report-block.ts'
import { SharedMemory } from './shared-memory.ts'
import type { Before, ThreadData, ThreadMessage } from './thread.ts'
import { countTurns } from './turn-count.ts'

/** What a thread of Node.js takes that has nothing to do: 9.2 to 10 MB of private memory (Node 24). */
const THREAD_BYTES = 9_600_000
const LOOK_KEY = 'pitwall.watchdog.look'
/** How long the end of the process may wait for the inspector to let go of it, which it would otherwise say on stderr. */
const DETACH_MS = 100
/** In mebibytes: the thread has one object and no data. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8, codeRangeSizeMb: 1, stackSizeMb: 1 }

/**
 * Starts the thread that notices when this thread's loop stands still. As long as it does not, nothing happens in this one.
 * @param layer name under which its cost is counted
 * @param onObstacle told in a few words why it has stopped by itself
 * @returns stops it
 */
export function startWatchdog(layer: string, onObstacle: (reason: string) => void): () => void {
  const memory = new SharedMemory()
  const turns = countTurns()
  const loop = new LoopWatch(memory, turns, blockedTime, (verdict, time) => guarded(() => reportBlock(verdict, time)))
  Object.defineProperty(globalThis, Symbol.for(LOOK_KEY), { value: look, configurable: true })
  const { histogram, isOfEveryTurn } = turns
  const worker = startThread({ buffer: memory.buffer, lookKey: LOOK_KEY, histogram, isOfEveryTurn, thread: process.pid })
  worker.on('message', told)
  worker.on('error', (error) => standBack(reason(error)))
  worker.unref()
  const stopHolding = overhead.holds(layer, () => THREAD_BYTES)
  const stopReading = overhead.reads(layer, () => memory.threadCpuMs)
  const letGo = () => memory.waitUntilDetached(DETACH_MS)
  process.on('exit', letGo)
  let stopped = false

  function look(before: Before, askedAt: number): void {
    if (isDebugged()) setImmediate(standBack, 'a debugger is attached')
    else guarded(() => overhead.time(layer, () => loop.look(before, askedAt)))
  }

  function told(message: ThreadMessage): void {
    if ('failure' in message) standBack(message.failure)
    else guarded(() => overhead.time(layer, () => loop.over(message.over, message.isLookedInto)))
  }

  /** Whatever fails here is the end of the watch, not of the agent. */
  function guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      standBack(reason(error))
    }
  }

  function standBack(why: string): void {
    if (stopped) return
    stop()
    onObstacle(why)
  }

  function stop(): void {
    if (stopped) return
    stopped = true
    process.off('exit', letGo)
    Reflect.deleteProperty(globalThis, Symbol.for(LOOK_KEY))
    loop.stop()
    stopHolding()
    stopReading()
    // Ends by itself within microseconds; nobody has to know when.
    void worker.terminate()
  }

  return stop
}

function startThread(data: ThreadData): Worker {
  return new Worker(new URL(`./thread${extname(import.meta.url)}`, import.meta.url), {
    name: 'pitwall watchdog',
    workerData: data,
    resourceLimits: THREAD_LIMITS,
    // Nothing of the agent's: neither what it preloads nor its environment.
    execArgv: [],
    env: {},
  })
}
