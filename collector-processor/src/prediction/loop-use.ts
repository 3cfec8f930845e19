import type { Evidence } from '../prometheus/evidence.ts'
import { processQuestions } from '../prometheus/process-questions.ts'
import { type Blocks, labelOf, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { type ByProcess, byProcess } from './processes.ts'

/** Seconds that the event loop of each process of a service was active or idle. */
export function loopTime(evidence: Evidence, subject: Subject, state: 'active' | 'idle'): ByProcess {
  return byProcess(evidence.of(processQuestions.loopSeconds), subject, (row) => labelOf(row, 'nodejs.eventloop.state') === state)
}

/** Share of the time that its event loop works, 0 to 1, for each process and block. */
export function utilizations(evidence: Evidence, subject: Subject): ByProcess {
  const idle = loopTime(evidence, subject, 'idle')
  return new Map(
    [...loopTime(evidence, subject, 'active')].map(([process, active]) => [
      process,
      active.map((seconds, index) => {
        const rest = idle.get(process)?.[index]
        return seconds === undefined || rest === undefined || seconds + rest <= 0 ? undefined : seconds / (seconds + rest)
      }),
    ]),
  )
}

/** Mean of the values that are there; 0 when none is. */
export function meanOf(blocks: Blocks): number {
  const count = blocks.filter((value) => value !== undefined).length
  return count === 0 ? 0 : sumOf(blocks) / count
}
