import { system } from '@pitwall/sdk/contract'
import type { Evidence } from '../prometheus/evidence.ts'
import type { Subject } from '../prometheus/subject.ts'
import { latest, levelByProcess } from './processes.ts'

/** Share of a container's memory that is never planned for. */
const RESERVE = 0.15

/** Bytes that the container with the least room can still give, less a reserve; undefined where no limit is known. */
export function freeMemory(evidence: Evidence, subject: Subject): number | undefined {
  const used = latest(levelByProcess(evidence, subject, system.containerWorkingSet))
  const free = [...latest(levelByProcess(evidence, subject, system.containerMemoryLimit))].flatMap(([process, limit]) => {
    const bytes = used.get(process)
    return bytes === undefined ? [] : [(1 - RESERVE) * limit - bytes]
  })
  return free.length === 0 ? undefined : Math.min(...free)
}
