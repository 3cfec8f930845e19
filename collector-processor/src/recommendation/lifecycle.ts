import { corrected, noCorrection } from '../prediction/correction.ts'
import type { Evidence } from '../prometheus/evidence.ts'
import type { Subject } from '../prometheus/subject.ts'
import type { Answer, Finding, NamedRule } from '../rules/rule.ts'
import type { Settings } from '../settings.ts'
import { formatAmount, formatSaving } from '../text/numbers.ts'
import { EarlierWindow } from './agreement.ts'
import type { Past } from './history.ts'
import { recommendationId } from './identity.ts'
import { placeOf } from './place.ts'
import { priorityOf } from './ranking.ts'
import { type TrackRecord, trackRecord } from './track-record.ts'
import type { Effort, NotAdvised, Priority, Recommendation } from './recommendation.ts'
import { worthOf } from './worth.ts'

/** A rule and what it said of one subject. */
export interface Judgement {
  readonly rule: NamedRule
  readonly answer: Answer
}

/** What recommendations are made from: judgements of now, and what the series say of earlier ones. */
export interface Circumstances {
  readonly rules: readonly NamedRule[]
  readonly evidence: Evidence
  readonly past: ReadonlyMap<string, Past>
  readonly settings: Settings
  /** Unix seconds. */
  readonly now: number
}

/** Everything that has something to say: to propose, to follow, or why not. */
export interface Followed {
  readonly recommendations: readonly Recommendation[]
  readonly notAdvised: readonly NotAdvised[]
}

/**
 * Where each recommendation is in its life, from series alone. A new one needs the smallest saving that is worth a change, and the
 * window before must agree; an open one stays until it falls below half of that saving, so that it does not come and go. Once the
 * change is seen, the prediction of before stands, whatever the rules say now.
 */
export function follow(judgements: readonly Judgement[], circumstances: Circumstances): Followed {
  const { past, settings, now } = circumstances
  const recommendations = new Map<string, Recommendation>()
  const notAdvised: NotAdvised[] = []
  const before = new EarlierWindow(circumstances.evidence, settings)
  const records = new Map(circumstances.rules.map(({ id }) => [id, trackRecord(id, past.values())]))
  for (const earlier of past.values()) {
    const changed = afterTheChange(earlier, circumstances)
    if (changed !== undefined) recommendations.set(earlier.id, changed)
  }
  for (const { rule, answer: said } of judgements) {
    const { service, name } = said.subject
    const id = recommendationId(rule.id, service, name)
    if (recommendations.has(id) && !isLongJudged(past.get(id), circumstances)) continue
    const record = records.get(rule.id)
    const answer = record === undefined || said.kind !== 'finding' ? said : { ...said, saving: corrected(said.saving, record.correction) }
    const createdAt = openSince(past.get(id), circumstances)
    const reason =
      reasonAgainst(answer, createdAt !== undefined, settings) ??
      (createdAt === undefined ? before.reasonAgainst(rule, said.subject) : undefined)
    if (answer.kind === 'finding' && reason === undefined)
      recommendations.set(id, proposed(id, rule, answer, record, createdAt ?? now, circumstances))
    else if (!recommendations.has(id) && reason !== undefined) notAdvised.push({ service, subject: name, rule: rule.id, reason })
  }
  for (const earlier of past.values()) {
    const isRecent = now - earlier.lastOpenAt < settings.windowMs / 1_000
    if (recommendations.has(earlier.id) || earlier.appliedAt !== undefined || !isRecent) continue
    recommendations.set(earlier.id, recalled(earlier, 'stale', circumstances))
  }
  return { recommendations: [...recommendations.values()], notAdvised }
}

/** An earlier recommendation whose change was seen now or before; undefined for one that is still open, or long over. */
function afterTheChange(earlier: Past, circumstances: Circumstances): Recommendation | undefined {
  const { rules, evidence, now, settings } = circumstances
  const rule = rules.find(({ id }) => id === earlier.labels['rule'])
  const subject = rule === undefined ? undefined : subjectOf(earlier, rule)
  if (rule === undefined || subject === undefined) return undefined
  const appliedAt = earlier.appliedAt ?? rule.appliedAt(evidence, { subject, createdAt: earlier.createdAt, saving: earlier.saving })
  if (appliedAt === undefined || now - (earlier.verifiedAt ?? appliedAt) > settings.lookbackMs / 1_000) return undefined
  // What counts is the prediction made before the change; it shows up in Prometheus only after it was sent and scraped.
  const before = appliedAt + (2 * settings.scrapeIntervalMs) / 1_000
  const [saving, correction] = [earlier.savingUntil(before), earlier.correctionUntil(before)]
  const claim = { saving, ...(correction === noCorrection ? {} : { correction }), appliedAt }
  if (earlier.verifiedAt === undefined) return { ...recalled(earlier, 'applied', circumstances), ...claim }
  const { verifiedAt, held, actual } = earlier
  return {
    ...recalled(earlier, held === true ? 'verified' : 'refuted', circumstances),
    ...claim,
    verifiedAt,
    ...(actual === undefined
      ? {}
      : { actual, evidence: [`Predicted: ${formatSaving(saving)}; measured after the change: ${formatAmount(actual, saving.unit)}.`] }),
  }
}

/** Whether its verdict is older than a window: what is found now is then a new problem of the same subject. */
function isLongJudged(earlier: Past | undefined, { now, settings }: Circumstances): boolean {
  return earlier?.verifiedAt !== undefined && now - earlier.verifiedAt > settings.windowMs / 1_000
}

/** Since when it is open; undefined for what was not proposed before, or had its verdict. */
function openSince(earlier: Past | undefined, { now, settings }: Circumstances): number | undefined {
  if (earlier === undefined || earlier.appliedAt !== undefined) return undefined
  return now - earlier.lastOpenAt < settings.lookbackMs / 1_000 ? earlier.createdAt : undefined
}

function proposed(
  id: string,
  rule: NamedRule,
  finding: Finding,
  record: TrackRecord | undefined,
  createdAt: number,
  { evidence, settings }: Circumstances,
): Recommendation {
  const effort = finding.effort ?? rule.effort
  return {
    id,
    rule: rule.id,
    title: finding.title,
    advice: finding.advice,
    service: finding.subject.service,
    subject: finding.subject.name,
    location: placeOf(evidence, finding.subject),
    // More effort than the rule's means that something has to be found out first.
    priority: priorityOf(worthOf(finding.saving, settings), effort === rule.effort),
    effort,
    phase: 'quick-win',
    state: 'proposed',
    saving: finding.saving,
    ...(record === undefined || record.correction === noCorrection ? {} : { correction: record.correction }),
    evidence: record === undefined ? finding.evidence : [...finding.evidence, record.sentence(finding.saving)],
    example: finding.example,
    runbook: settings.runbookUrl + rule.id,
    change: finding.change,
    createdAt,
  }
}

/** A recommendation as its series tell it: what the rules would say now no longer counts. */
function recalled({ id, labels, saving, createdAt }: Past, state: Recommendation['state'], { settings }: Circumstances): Recommendation {
  const rule = labels['rule'] ?? ''
  const effort = efforts.find((name) => name === labels['effort']) ?? 'hours'
  return {
    id,
    rule,
    title: labels['title'] ?? '',
    advice: labels['advice'] ?? '',
    service: labels['service'] ?? '',
    subject: labels['subject'] ?? '',
    location: labels['location'] ?? '',
    priority: priorities.find((name) => name === labels['priority']) ?? priorityOf(worthOf(saving, settings), true),
    effort,
    phase: 'quick-win',
    state,
    saving,
    evidence: [],
    example: '',
    runbook: settings.runbookUrl + rule,
    change: {},
    createdAt,
  }
}

const efforts: readonly Effort[] = ['minutes', 'hours', 'days']
const priorities: readonly Priority[] = ['critical', 'high', 'medium', 'low']

function subjectOf({ labels }: Past, rule: NamedRule): Subject | undefined {
  const [service, name] = [labels['service'], labels['subject']]
  return service === undefined || name === undefined ? undefined : { service, name, kind: rule.subjectKind }
}

/** Why there is no recommendation; undefined for a finding that is worth the change. Of one that is open half of that is enough. */
function reasonAgainst(answer: Answer, isOpen: boolean, settings: Settings): string | undefined {
  if (answer.kind === 'notAdvised') return answer.reason
  if (answer.kind === 'notEnoughData') return `not enough data: ${answer.needs}`
  if (worthOf(answer.saving, settings) >= (isOpen ? settings.minSaving / 2 : settings.minSaving)) return undefined
  const { lower, likely, unit } = answer.saving
  return `the saving is too small or too uncertain: ${formatAmount(likely, unit)} likely, ${formatAmount(Math.max(0, lower), unit)} at least`
}
