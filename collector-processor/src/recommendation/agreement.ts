import type { Evidence, Span } from '../prometheus/evidence.ts'
import type { Question } from '../prometheus/question.ts'
import { Table } from '../prometheus/series.ts'
import { type Subject, subjectKey } from '../prometheus/subject.ts'
import type { Answer, NamedRule } from '../rules/rule.ts'
import type { Settings } from '../settings.ts'
import { worthOf } from './worth.ts'

/** A window with fewer of its blocks than this cannot contradict another. */
const WHOLE = 0.9

/** What the rules said of the window before this one, worked out for those rules alone that have something new to say. */
export class EarlierWindow {
  readonly #evidence: Evidence | undefined
  readonly #settings: Settings
  readonly #answers = new Map<NamedRule, readonly Answer[]>()

  constructor(evidence: Evidence, settings: Settings) {
    this.#evidence = windowBefore(evidence)
    this.#settings = settings
  }

  /**
   * Why a new finding is not proposed yet: the subject was there all that time and before, and the rule would not have advised the
   * change even at half of what is asked for. Undefined when it would, and for what is younger or could not be judged then.
   */
  reasonAgainst(rule: NamedRule, subject: Subject): string | undefined {
    const evidence = this.#evidence
    if (evidence === undefined || rule.looksBack === true || !wasThere(rule, subject, evidence)) return undefined
    const key = subjectKey(subject)
    const answer = this.#of(rule, evidence).find((one) => subjectKey(one.subject) === key)
    if (answer?.kind === 'notEnoughData') return undefined
    if (answer?.kind === 'finding' && worthOf(answer.saving, this.#settings) >= this.#settings.minSaving / 2) return undefined
    return 'found in this window, but not in the one before; it is advised when both agree'
  }

  #of(rule: NamedRule, evidence: Evidence): readonly Answer[] {
    const known = this.#answers.get(rule) ?? rule.evaluate(evidence, this.#settings)
    this.#answers.set(rule, known)
    return known
  }
}

/** The evidence as it was a window ago; undefined where it does not reach back so far. */
function windowBefore(evidence: Evidence): Evidence | undefined {
  const { end, blockSeconds, blocks, windowBlocks } = evidence.span
  if (blocks < 2 * windowBlocks) return undefined
  const span: Span = { end: end - windowBlocks * blockSeconds, blockSeconds, blocks: blocks - windowBlocks, windowBlocks }
  const tables = new Map<Question, Table>()
  return {
    span,
    of: (question) => {
      // Weeks of hours are for rules that look back by themselves, which are not asked here.
      const table = tables.get(question) ?? cut(evidence.of(question), span.blocks)
      tables.set(question, table)
      return table
    },
  }
}

function cut(table: Table, blocks: number): Table {
  const rows = table.subjects().flatMap((subject) => table.rows(subject))
  return new Table(rows.map((row) => ({ ...row, blocks: row.blocks.slice(0, blocks) })).filter((row) => row.blocks.some(isThere)))
}

/** Whether something is known of the subject in nearly all blocks of the window, and before it as far as the evidence reaches. */
function wasThere(rule: NamedRule, subject: Subject, evidence: Evidence): boolean {
  const { blocks, windowBlocks } = evidence.span
  return rule.questions.some((question) => {
    const all = evidence.of(question).total(subject)
    const isOlder = blocks === windowBlocks || all.slice(0, -windowBlocks).some(isThere)
    return isOlder && all.slice(-windowBlocks).filter(isThere).length >= WHOLE * windowBlocks
  })
}

function isThere(value: number | undefined): boolean {
  return value !== undefined
}
