import { estimate } from '../prediction/estimate.ts'
import { lastingSince } from '../prediction/lasting-change.ts'
import { type Evidence, indexAt } from '../prometheus/evidence.ts'
import { range } from '../prometheus/promql.ts'
import type { Question } from '../prometheus/question.ts'
import type { Blocks } from '../prometheus/series.ts'
import { serviceOf, type Subject } from '../prometheus/subject.ts'
import type { Answer, NamedRule, Proposal } from '../rules/rule.ts'
import { formatSaving } from '../text/numbers.ts'
import type { RuleDocument } from './rule-schema.ts'
import { ruleCase } from './written-case.ts'

/** No interval is narrower than this to either side: in seconds a second, and in other units as a share of the likely value. */
const [FLOOR, FLOOR_SHARE] = [0.005, 0.02]

/**
 * A rule that judges as its file says, and lives like any other. `onRefused`: called when Prometheus refuses one of its
 * expressions; the rule then has no answer in this cycle, and the others go on.
 */
export function yamlRule(document: RuleDocument, onRefused: (reason: string) => void): NamedRule {
  const ask = (expression: string): Question => asked(expression, document, onRefused)
  const holds = ask(document.expr)
  const saving = ask(document.saving.expr)
  const width = document.interval === undefined ? undefined : ask(document.interval)
  const guard = document.guard === undefined ? undefined : ask(document.guard)
  const [spent, requests] = [ask(document.verify.spent), ask(document.verify.requests)]

  function judge(subject: Subject, evidence: Evidence): Answer {
    const { windowBlocks } = evidence.span
    const held = present(evidence.of(holds).total(subject).slice(-windowBlocks)).length
    const measured = evidence.of(saving).total(subject)
    const seen = present(measured.slice(-windowBlocks)).length
    if (held * 2 < seen) return { kind: 'notAdvised', subject, reason: `it holds in only ${held} of ${seen} blocks` }
    if (guard !== undefined && present(evidence.of(guard).total(subject).slice(-windowBlocks)).length === 0) {
      return { kind: 'notAdvised', subject, reason: 'its guard does not hold' }
    }
    const level = mean(measured.slice(-windowBlocks)) ?? 0
    const floor = document.saving.unit === 's/s' ? FLOOR : FLOOR_SHARE * Math.abs(level)
    const predicted = estimate({ amounts: measured, requests: measured.map(once), windowBlocks, floor })
    const needs = 'its saving in at least three blocks of the window'
    if (predicted === undefined) return { kind: 'notEnoughData', subject, needs }
    const given = width === undefined ? undefined : mean(evidence.of(width).total(subject).slice(-windowBlocks))
    if (width !== undefined && given === undefined) return { kind: 'notEnoughData', subject, needs: 'its interval in the window' }
    const { likely } = predicted
    const bounds = given === undefined ? predicted : { lower: likely - Math.abs(given), likely, upper: likely + Math.abs(given) }
    const labels = evidence.of(holds).rows(subject)[0]?.labels ?? {}
    const fill = (text: string): string => filled(text, { ...labels, subject: subject.name, service: subject.service })
    const claim = { unit: document.saving.unit, ...bounds }
    return {
      kind: 'finding',
      subject,
      title: fill(document.title),
      advice: fill(document.advice),
      saving: claim,
      evidence: [`The rule held in ${held} of ${windowBlocks} blocks of the window.`, `Predicted: ${formatSaving(claim)}.`],
      example: fill(document.example ?? `// ${document.advice}`),
      change: {},
    }
  }

  /** The change is seen when there are at least half as many requests as before and the rule has not held for three blocks. */
  function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
    const { span } = evidence
    const busy = evidence.of(requests).total(subject)
    const holding = evidence.of(holds).total(subject)
    const usual = mean(busy.slice(0, indexAt(span, createdAt) + 1)) ?? 0
    const isGone = (index: number): boolean => (busy[index] ?? 0) > usual / 2 && holding[index] === undefined
    return lastingSince(span, createdAt, isGone)
  }

  return {
    id: document.id,
    title: document.title.replace(/\{\{\s*(\w+)\s*\}\}/g, 'a $1'),
    effort: document.effort,
    subjectKind: document.subject.kind,
    questions: [holds, saving, requests, ...[width, guard].filter((question) => question !== undefined)],
    costQuestions: [spent, requests],
    evaluate: (evidence) =>
      evidence
        .of(holds)
        .subjects()
        .map((subject) => judge(subject, evidence)),
    appliedAt,
    hasControls: false,
    cost: (evidence, subject) => ({ spent: evidence.of(spent).total(subject), requests: evidence.of(requests).total(subject) }),
    runbook: document.runbook ?? `# ${document.title}\n\n${document.advice}\n`,
    cases: (document.cases ?? []).map(ruleCase),
  }
}

function asked(expression: string, { id, subject }: RuleDocument, onRefused: (reason: string) => void): Question {
  return {
    // The comment keeps it apart from a question of another rule that reads the same series as other subjects.
    promql: (seconds) => `${expression.trim().replaceAll('$block', range(seconds))}\n# rule ${id}`,
    subjectOf: (labels) => {
      const name = labels[subject.label] ?? ''
      return name === '' || name === 'other' ? undefined : { service: serviceOf(labels), kind: subject.kind, name }
    },
    onRefused,
  }
}

/** `{{ name }}` → its value; a name that the series does not have stays as it is, so that it is seen. */
function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (placeholder, name: string) => values[name] ?? placeholder)
}

function present(blocks: Blocks): readonly number[] {
  return blocks.filter((value) => value !== undefined)
}

function once(value: number | undefined): number | undefined {
  return value === undefined ? undefined : 1
}

function mean(blocks: Blocks): number | undefined {
  const values = present(blocks)
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}
