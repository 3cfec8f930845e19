import { type NumberDefinition, prometheusName } from '@pitwall/sdk/contract'
import { processQuestions } from '../../collector-processor/src/prometheus/process-questions.ts'
import type { Blocks } from '../../collector-processor/src/prometheus/series.ts'
import type { Subject } from '../../collector-processor/src/prometheus/subject.ts'
import type { Answered } from './evidence.ts'

/** What one process of a service did, block by block. */
export interface ProcessEvidence {
  readonly name: string
  /** Seconds that its event loop was active. */
  readonly active?: Blocks
  readonly idle?: Blocks
  /** Seconds of garbage collections, by their type. */
  readonly collections?: Readonly<Record<string, Blocks>>
  readonly levels?: readonly (readonly [metric: NumberDefinition, blocks: Blocks])[]
}

/** Answers about the processes of a service. */
export function processAnswers(subject: Subject, processes: readonly ProcessEvidence[]): Answered[] {
  return processes.flatMap(({ name, active, idle, collections = {}, levels = [] }) => {
    const labels = { 'service.instance.id': name }
    const loop = (state: string, blocks: Blocks = []): Answered => ({
      question: processQuestions.loopSeconds,
      subject,
      labels: { ...labels, 'nodejs.eventloop.state': state },
      blocks,
    })
    return [
      loop('active', active),
      loop('idle', idle),
      ...Object.entries(collections).map(([type, blocks]) => ({
        question: processQuestions.gcSeconds,
        subject,
        labels: { ...labels, 'v8js.gc.type': type },
        blocks,
      })),
      ...levels.map(([metric, blocks]) => ({
        question: processQuestions.levels,
        subject,
        labels: { ...labels, __name__: prometheusName(metric) },
        blocks,
      })),
    ]
  })
}
