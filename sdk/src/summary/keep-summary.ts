import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { after, type Clock, systemClock } from '../clock.ts'
import { LoopUseReader } from '../sampling/loop-use.ts'
import { overhead } from '../sampling/overhead.ts'
import { processSummary } from './process-summary.ts'

/** A process that is killed loses at most what it has measured since then. The first time comes early, for those that live for less. */
const INTERVAL_MS = 1_000
const FIRST_MS = 100
/** Writing takes at most one part of the time in so many: where there is much to write, it is written less often. */
const RESTRAINT = 500

/**
 * Keeps what this process or worker thread knows of itself in a file of the folder, which is called `.live` until it ends and
 * `.json` from then on: from time to time, because a process that is
 * killed cannot write, and when it ends. Without a listener for signals: with one, an agent that is busy would no longer end
 * at Ctrl-C. Where the folder is gone, or full, it writes no more.
 */
export function keepSummary(folder: string, clock: Clock = systemClock): void {
  const file = join(folder, `${process.pid}-${threadId}-${Math.round(performance.timeOrigin)}`)
  const loop = new LoopUseReader()
  const write = (ended: boolean): boolean => {
    try {
      overhead.time('summary', () => {
        writeFileSync(`${file}.part`, JSON.stringify(processSummary(ended, loop)), { mode: 0o600 })
        renameSync(`${file}.part`, `${file}.live`)
        if (ended) renameSync(`${file}.live`, `${file}.json`)
      })
      return true
    } catch {
      // The one who asked for it has ended, or has no room for it: neither is the agent's affair.
      return false
    }
  }
  const writeLater = (ms: number): void => {
    after(
      clock,
      ms,
      () => {
        const start = clock.now()
        if (write(false)) writeLater(Math.max(INTERVAL_MS, (clock.now() - start) * RESTRAINT))
      },
      true,
    )
  }
  writeLater(FIRST_MS)
  process.once('exit', () => void write(true))
}
