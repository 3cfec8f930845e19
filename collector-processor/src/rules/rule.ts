import { readdirSync } from 'node:fs'
import type { Evidence } from '../prometheus/evidence.ts'
import type { Question } from '../prometheus/question.ts'
import type { Blocks } from '../prometheus/series.ts'
import type { Subject, SubjectKind } from '../prometheus/subject.ts'
import type { WrittenSeries } from '../prometheus/written-series.ts'
import type { Effort, Saving } from '../recommendation/recommendation.ts'
import type { Settings } from '../settings.ts'

/** A subject where a rule holds: the change, what it would save, and why it is believed. */
export interface Finding {
  readonly kind: 'finding'
  readonly subject: Subject
  /** The change in the imperative, with the subject's name. */
  readonly title: string
  /** The change in a sentence or two. It becomes a label, so it holds names and settings but no measured figures, which change. */
  readonly advice: string
  /** Default: the rule's. */
  readonly effort?: Effort
  readonly saving: Saving
  /** Sentences with the measured figures. */
  readonly evidence: readonly string[]
  /** Source code to paste, with the real names and numbers. */
  readonly example: string
  /** Settings that the change consists of. */
  readonly change: Readonly<Record<string, string | number>>
}

/** What a rule says of one subject. A subject that it has nothing to say of gets no answer. */
export type Answer =
  | Finding
  /** Looked at, and no change is advised. */
  | { readonly kind: 'notAdvised'; readonly subject: Subject; readonly reason: string }
  /** `needs`: what is missing, as a sentence. */
  | { readonly kind: 'notEnoughData'; readonly subject: Subject; readonly needs: string }

/** What a subject costs, block by block, in a form that holds before and after the change. */
export interface Cost {
  /**
   * Seconds spent in each block. Of a saving in bytes: bytes held times the seconds of the block. Of one in dollars an hour: dollars
   * spent times the 3,600 seconds of an hour.
   */
  readonly spent: Blocks
  /** Requests that they were spent on. Of a saving in bytes: the seconds of the block. */
  readonly requests: Blocks
  /** What they are, in the singular. Default: `request`. */
  readonly per?: string
}

/** A written situation and what the rule says of it, for readers and for the conformance test. */
export interface RuleCase {
  /** The situation in words. */
  readonly title: string
  readonly says: Answer['kind'] | 'nothing'
  /** Days for which the series have been there; by default a window, for what is judged by a window alone. */
  readonly days?: number
  readonly series: readonly WrittenSeries[]
}

/** An earlier proposal, as its series tell it. */
export interface Proposal {
  readonly subject: Subject
  /** Unix seconds. */
  readonly createdAt: number
  readonly saving: Saving
}

/** A kind of problem. One file in this folder is one rule; its file name is its id. */
export interface Rule {
  /** What it advises, in the imperative. */
  readonly title: string
  /** How long the change takes to make. */
  readonly effort: Effort
  /** What its subjects are. */
  readonly subjectKind: SubjectKind
  /** Everything that `evaluate` and `appliedAt` read. The same question of two rules is one query. */
  readonly questions: readonly Question[]
  /** Everything that `cost` reads. */
  readonly costQuestions: readonly Question[]
  /** Judges every subject. Pure: the same evidence gives the same answers. */
  evaluate(evidence: Evidence, settings: Settings): readonly Answer[]
  /**
   * Whether `evaluate` compares the window with earlier ones by itself, for example to find what changed. Of any other rule a new
   * finding is proposed only when the window before agrees. Default: no.
   */
  readonly looksBack?: boolean
  /** When the proposed change was seen in the telemetry, in Unix seconds; undefined while it was not. */
  appliedAt(evidence: Evidence, proposal: Proposal): number | undefined
  /** Whether the durations of other functions show what the surroundings (a busier host) did to the cost. */
  readonly hasControls: boolean
  /** What the subject costs; compared before and after the change to verify the prediction. */
  cost(evidence: Evidence, subject: Subject, settings: Settings): Cost
  /** Page that explains the rule, in Markdown: what it means, how it is computed, when it does not apply, how to verify it. */
  readonly runbook: string
  /** Situations where it speaks, and those where it must not. */
  readonly cases: readonly RuleCase[]
}

/** A rule and the id that its file name gives it. */
export interface NamedRule extends Rule {
  readonly id: string
}

/** Judges every subject of a question by itself, in its order. One that `judge` answers undefined of has no answer. */
export function judgeEach(
  question: Question,
  judge: (subject: Subject, evidence: Evidence, settings: Settings) => Answer | undefined,
): Rule['evaluate'] {
  return (evidence, settings) =>
    evidence
      .of(question)
      .subjects()
      .flatMap((subject) => judge(subject, evidence, settings) ?? [])
}

/** Every rule of this folder, by file name: adding one edits nothing. */
export async function discoverRules(): Promise<readonly NamedRule[]> {
  const folder = new URL('./', import.meta.url)
  const files = readdirSync(folder).filter((file) => /^(?!rule\.)[a-z0-9-]+\.(js|ts)$/.test(file))
  return Promise.all(
    files.toSorted().map(async (file) => {
      const module: { default: Rule } = await import(new URL(file, folder).href)
      return { ...module.default, id: file.replace(/\.(js|ts)$/, '') }
    }),
  )
}
