import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { blockedTime } from '../sampling/blocked-time.ts'
import { overhead } from '../sampling/overhead.ts'
import { reason } from '../telemetry/diagnostics.ts'
import { isDebugged } from './obstacle.ts'
import { LoopWatch } from './loop-watch.ts'
import { reportBlock } from './report-block.ts'
import { SharedMemory } from './shared-memory.ts'
import { BEAT_MS } from './stall-watch.ts'
import type { ThreadData, ThreadFailure } from './thread.ts'

/** What a thread of Node.js takes that has nothing to do: 7.5 to 8.3 MB of private memory (Node 24). */
const THREAD_BYTES = 8_000_000
const LOOK_KEY = 'pitwall.watchdog.look'
/** How long the end of the process may wait for the inspector to let go of it, which it would otherwise say on stderr. */
const DETACH_MS = 100
/** In mebibytes: the thread has one object and no data. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8, codeRangeSizeMb: 1, stackSizeMb: 1 }

/**
 * Starts the thread that notices when this thread's loop stands still, and the heartbeat that it goes by.
 * @param layer name under which its cost is counted
 * @param onObstacle told in a few words why it has stopped by itself
 * @returns stops it
 */
export function startWatchdog(layer: string, onObstacle: (reason: string) => void): () => void {
  const memory = new SharedMemory()
  const look = (beatSeen: number, askedAt: number) => void (isDebugged() || overhead.time(layer, () => loop.look(beatSeen, askedAt)))
  Object.defineProperty(globalThis, Symbol.for(LOOK_KEY), { value: look, configurable: true })
  const worker = startThread({ buffer: memory.buffer, lookKey: LOOK_KEY })
  worker.on('message', (failure: ThreadFailure) => standBack(failure))
  worker.on('error', (error) => standBack(reason(error)))
  worker.unref()
  const release = overhead.holds(layer, () => THREAD_BYTES)
  const loop = new LoopWatch(memory, blockedTime, (verdict, time) => guarded(() => reportBlock(verdict, time)))
  const letGo = () => memory.waitUntilDetached(DETACH_MS)
  process.on('exit', letGo)
  const timer = setInterval(beat, BEAT_MS).unref()
  let threadCpuMs = 0
  let stopped = false

  function beat(): void {
    if (isDebugged()) return standBack('a debugger is attached')
    guarded(() => overhead.time(layer, () => loop.beat()))
    overhead.add(layer, memory.threadCpuMs - threadCpuMs)
    threadCpuMs = memory.threadCpuMs
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
    clearInterval(timer)
    process.off('exit', letGo)
    Reflect.deleteProperty(globalThis, Symbol.for(LOOK_KEY))
    loop.stop()
    release()
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
