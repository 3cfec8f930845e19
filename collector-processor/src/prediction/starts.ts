import { system } from '@pitwall/sdk/contract'
import type { Evidence } from '../prometheus/evidence.ts'
import type { Blocks } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { levelByProcess } from './processes.ts'

/** A process that ends as soon as it is loaded did its work meanwhile: its start is not known. Least age, over the time it took to load. */
const LIVED = 1.2

/** Starts of the processes of a service, block by block. */
export interface Starts {
  readonly count: Blocks
  /** Seconds that they took together. */
  readonly seconds: Blocks
  /** How often each process (`service.instance.id`) started in the window; those that run and did not start are there with 0. */
  readonly inWindow: ReadonlyMap<string, number>
}

/** Starts by the age of processes: one that is younger than a block, and was not there or was older before. Undefined where no start is measured. */
export function startsOf(evidence: Evidence, subject: Subject): Starts | undefined {
  const { span } = evidence
  const durations = levelByProcess(evidence, subject, system.startDuration)
  if (durations.size === 0) return undefined
  const ages = levelByProcess(evidence, subject, system.uptime)
  const count = Array.from({ length: span.blocks }, () => 0)
  const seconds = Array.from({ length: span.blocks }, () => 0)
  const inWindow = new Map<string, number>()
  for (const [process, blocks] of durations) {
    for (const [index, duration] of blocks.entries()) {
      const age = ages.get(process)?.[index]
      if (duration === undefined || age === undefined) continue
      const isInWindow = index >= span.blocks - span.windowBlocks
      if (isInWindow) inWindow.set(process, inWindow.get(process) ?? 0)
      const before = ages.get(process)?.[index - 1]
      const isStart = age < span.blockSeconds && (before === undefined || before >= age)
      if (!isStart || age < LIVED * duration) continue
      count[index] = (count[index] ?? 0) + 1
      seconds[index] = (seconds[index] ?? 0) + duration
      if (isInWindow) inWindow.set(process, (inWindow.get(process) ?? 0) + 1)
    }
  }
  return { count, seconds, inWindow }
}
