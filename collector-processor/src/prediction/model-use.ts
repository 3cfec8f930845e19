import type { Evidence } from '../prometheus/evidence.ts'
import { modelUse } from '../prometheus/model-questions.ts'
import type { Blocks } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'

/** What the calls of a model took and used in each block. */
export interface ModelUse {
  readonly calls: Blocks
  /** Seconds that they took together. */
  readonly seconds: Blocks
  /** Tokens; cached ones are a part of the input. */
  readonly input: Blocks
  readonly cachedInput: Blocks
  readonly output: Blocks
  /** Requests that were turned away, and the seconds that those took. */
  readonly rejections: Blocks
  readonly rejectedSeconds: Blocks
}

export function useOf(evidence: Evidence, subject: Subject): ModelUse {
  const part = (name: keyof ModelUse): Blocks => evidence.of(modelUse).part(subject, name)
  return {
    calls: part('calls'),
    seconds: part('seconds'),
    input: part('input'),
    cachedInput: part('cachedInput'),
    output: part('output'),
    rejections: part('rejections'),
    rejectedSeconds: part('rejectedSeconds'),
  }
}
