import { genAi, models } from '@pitwall/sdk/contract'
import { estimate } from '../prediction/estimate.ts'
import { lastingSince } from '../prediction/lasting-change.ts'
import { dollarsOf, type ModelPrice, priceOf, timesHour } from '../prediction/model-price.ts'
import { useOf } from '../prediction/model-use.ts'
import { growthInWindow } from '../prediction/window.ts'
import { type Evidence, indexAt } from '../prometheus/evidence.ts'
import { aModel, modelUse } from '../prometheus/model-questions.ts'
import { selectPart } from '../prometheus/promql.ts'
import { growth, together } from '../prometheus/question.ts'
import { addBlocks, type Blocks, labelOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Estimate, Saving } from '../recommendation/recommendation.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatShare } from '../text/numbers.ts'
import { plain } from '../text/table.ts'
import { type Answer, type Cost, judgeEach, type Proposal, type Rule } from './rule.ts'

/** By so much of a score the cheaper model may be worse, with all that is not known of both: less is no difference to anyone. */
const MARGIN = 0.02

/** A model that costs more than this share of the other is not worth the trouble of a change. */
const MOST_EXPENSIVE = 0.8

/** Calls of the other kind may be longer or shorter: share of the saving that is not known. */
const UNSURE = 0.15

/** Scores that evaluators of the user gave answers, and how many. */
export const scores = together({
  sum: growth(selectPart(genAi.evaluationScore, 'sum'), aModel, ['gen_ai.evaluation.name']),
  count: growth(selectPart(genAi.evaluationScore, 'count'), aModel, ['gen_ai.evaluation.name']),
})

/** A model that could take over, and how both were judged by one evaluator. */
interface Candidate {
  readonly model: Subject
  readonly evaluation: string
  readonly score: Estimate
  readonly other: Estimate
  /** Dollars of a call: of the model that is asked, and the same by the candidate. */
  readonly dollars: number
  readonly cheaper: number
}

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const price = priceOf(subject.name, settings)
  const use = useOf(evidence, subject)
  const called = growthInWindow(use.calls, span)
  const others = evidence
    .of(scores)
    .subjects()
    .filter(({ service, name }) => service === subject.service && name !== subject.name)
  if (price === undefined || called.total < settings.minRequests || others.length === 0) return undefined
  const spent = dollarsOf(use, price)
  const dollars = growthInWindow(spent, span).total / called.total
  const cheaper = others.flatMap((model) => {
    const otherPrice = priceOf(model.name, settings)
    const cost = otherPrice === undefined ? Infinity : costInstead(evidence, subject, model, otherPrice)
    return cost > MOST_EXPENSIVE * dollars ? [] : [{ model, cost }]
  })
  if (cheaper.length === 0) return undefined
  const candidates = cheaper.flatMap(({ model, cost }) =>
    compared(evidence, subject, model, settings.minRequests).map((one): Candidate => ({ ...one, model, dollars, cheaper: cost })),
  )
  if (candidates.length === 0) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${settings.minRequests} scores of the same evaluation for it and for ${cheaper.map(({ model }) => model.name).join(' or ')} in the window`,
    }
  }
  // Every evaluation has to say so: answers that are as true may be less polite.
  const good = cheaper.flatMap(({ model }) => {
    const ofModel = candidates.filter((one) => one.model.name === model.name)
    return ofModel.length > 0 && ofModel.every(isAsGood) ? ofModel.slice(0, 1) : []
  })
  const best = good.toSorted((a, b) => a.cheaper - b.cheaper)[0]
  if (best === undefined) return { kind: 'notAdvised', subject, reason: reasonAgainst(candidates) }
  const saving = saved(spent, 1 - best.cheaper / dollars, evidence)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'calls in at least three blocks of the window' }
  return {
    kind: 'finding',
    subject,
    title: `Compare ${best.model.name} with ${subject.name} and let it take over`,
    advice: `Ask ${best.model.name} instead of ${subject.name}, first for a part of the calls chosen by chance: by the evaluation ${best.evaluation} its answers are as good, so far as both were asked the same kind of thing.`,
    saving,
    evidence: [
      `By ${best.evaluation}, ${best.model.name} has ${formatNumber(best.other.likely)} (${formatNumber(best.other.lower)} to ${formatNumber(best.other.upper)}) and ${subject.name} ${formatNumber(best.score.likely)} (${formatNumber(best.score.lower)} to ${formatNumber(best.score.upper)}).`,
      `A call costs ${formatNumber(dollars)} dollars, and would cost ${formatNumber(best.cheaper)}, ${formatShare(best.cheaper / dollars)} of that; ${formatNumber(Math.round(called.total))} were made in the window.`,
      `Whether ${subject.name} gets the harder ones is not known: only chance makes the two comparable.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: [
      `// ${plain(subject.name)} for the rest, until both have been judged on the same kind of calls`,
      `const model = Math.random() < 0.5 ? ${JSON.stringify(best.model.name)} : ${JSON.stringify(subject.name)}`,
      ``,
    ].join('\n'),
    change: { model: best.model.name },
  }
}

/** Scores of both by each evaluation that judged enough answers of both. */
function compared(
  evidence: Evidence,
  subject: Subject,
  model: Subject,
  minRequests: number,
): readonly Pick<Candidate, 'evaluation' | 'score' | 'other'>[] {
  const { span } = evidence
  const table = evidence.of(scores)
  const evaluations = new Set(table.rows(subject).map((row) => labelOf(row, 'gen_ai.evaluation.name')))
  const scoreOf = (one: Subject, evaluation: string): Estimate | undefined => {
    const part = (name: string): Blocks =>
      table.total(one, (row) => row.labels['part'] === name && labelOf(row, 'gen_ai.evaluation.name') === evaluation)
    const [amounts, requests] = [part('sum'), part('count')]
    if (growthInWindow(requests, span).total < minRequests) return undefined
    return estimate({ amounts, requests, windowBlocks: span.windowBlocks, floor: 0 })
  }
  return [...evaluations].flatMap((evaluation) => {
    const [score, other] = [scoreOf(subject, evaluation), scoreOf(model, evaluation)]
    return score === undefined || other === undefined ? [] : [{ evaluation, score, other }]
  })
}

/** Not worse by more than the margin, with the errors of both. */
function isAsGood({ score, other }: Candidate): boolean {
  const width = Math.hypot(score.upper - score.likely, other.upper - other.likely)
  return other.likely - score.likely - width > -MARGIN
}

function reasonAgainst(candidates: readonly Candidate[]): string {
  const worst = candidates.toSorted((a, b) => a.other.likely - a.score.likely - (b.other.likely - b.score.likely))[0]
  return worst === undefined
    ? 'no cheaper model is judged as good'
    : `by ${worst.evaluation} ${worst.model.name} has ${formatNumber(worst.other.likely)} and it has ${formatNumber(worst.score.likely)}, which is not surely as good`
}

/** Dollars of a call by another model: the same tokens at its price, or what its own calls cost, whichever is more. */
function costInstead(evidence: Evidence, subject: Subject, model: Subject, price: ModelPrice): number {
  const { span } = evidence
  const costs = [subject, model].map((one) => {
    const use = useOf(evidence, one)
    const called = growthInWindow(use.calls, span).total
    // Not every provider has a cache: the same tokens count as read anew.
    const paid = one === subject ? dollarsOf({ ...use, cachedInput: use.input.map(() => 0) }, price) : dollarsOf(use, price)
    return called > 0 ? growthInWindow(paid, span).total / called : 0
  })
  return Math.max(...costs)
}

function saved(spent: Blocks, share: number, { span }: Evidence): Saving | undefined {
  const amounts = timesHour(spent.map((dollars) => (dollars === undefined ? undefined : share * dollars)))
  const seconds = amounts.map((amount) => (amount === undefined ? undefined : span.blockSeconds))
  const floor = UNSURE * growthInWindow(amounts, span).perSecond
  const found = estimate({ amounts, requests: seconds, windowBlocks: span.windowBlocks, floor })
  return found && { unit: 'usd/h', ...found }
}

/** The change is seen when the model gets less than a fifth of its calls of before for three blocks, while others of the service are asked. */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const { span } = evidence
  const { calls } = useOf(evidence, subject)
  const all = modelsOf(evidence, subject)
    .map((model) => useOf(evidence, model).calls)
    .reduce(addBlocks, [])
  const until = indexAt(span, createdAt) + 1
  const usual = growthInWindow(calls.slice(0, until), span).perSecond * span.blockSeconds
  const isGone = (index: number): boolean => (calls[index] ?? 0) < usual / 5 && (all[index] ?? 0) > usual / 2
  return lastingSince(span, createdAt, isGone)
}

function modelsOf(evidence: Evidence, { service }: Subject): readonly Subject[] {
  return evidence
    .of(modelUse)
    .subjects()
    .filter((model) => model.service === service)
}

/** Dollars for a call of any model of the service that has a price: the calls go on, with another model. */
function cost(evidence: Evidence, subject: Subject, settings: Settings): Cost {
  const priced = modelsOf(evidence, subject).flatMap((model) => {
    const price = priceOf(model.name, settings)
    return price === undefined ? [] : [{ use: useOf(evidence, model), price }]
  })
  return {
    spent: timesHour(priced.map(({ use, price }) => dollarsOf(use, price)).reduce(addBlocks, [])),
    requests: priced.map(({ use }) => use.calls).reduce(addBlocks, []),
    per: 'call',
  }
}

const runbook = `# Let a cheaper model take over where its answers are as good

## What it means
A service asks two models, an evaluator of yours judges the answers of both, and those of the cheaper one are as good. Pitwall does not judge answers: without your scores this rule is silent.

## How the saving is computed
It reads the histogram \`${genAi.evaluationScore.name}\` (0 to 1; 0 or 1 for failure or success), with \`gen_ai.request.model\` and \`gen_ai.evaluation.name\`, which you record with your OpenTelemetry meter. Each model has its mean score with an interval, from the differences between the blocks of the window and between earlier windows. The cheaper one counts as good when it is not worse by 0.02 with the errors of both, by every evaluation that judged both.

    saving = (1 − cost of a call by the other model / cost of a call now) × dollars an hour

The cost by the other model is that of the same tokens at its price, without a cache, or what its own calls cost, whichever is more. The interval is never narrower than 15 % of the saving to either side.

## When it does not apply
- There is no evaluation that judged enough answers of both.
- The expensive model gets the harder calls: then equal scores say nothing. Only calls that are given to one of the two by chance are comparable, which is why a part of them comes first.
- A model has no price in \`modelPrices\`, or costs more than 80 % of the other.

## How to verify it
Give the other model a part of the calls by chance, then all. When the model gets less than a fifth of its calls for three blocks, Pitwall takes the change as made, and compares the dollars for a call of any model of the service with those before. Watch the scores: they are what it may cost.
`

const large = { 'gen_ai.request.model': 'gpt-4.1' } as const
const small = { 'gen_ai.request.model': 'gpt-4.1-mini' } as const

/** Two models that are asked as often; their scores, and how many answers a second are judged. */
function judged(scoreOf: { readonly large: number; readonly small: number }, perSecond = 1): WrittenSeries[] {
  return [
    { model: large, score: scoreOf.large },
    { model: small, score: scoreOf.small },
  ].flatMap(({ model, score }) => [
    ...writtenMean(models.callDuration, model, 2, 2),
    written(models.tokens, { ...model, 'gen_ai.token.type': 'input' }, 4_000),
    written(models.tokens, { ...model, 'gen_ai.token.type': 'output' }, 400),
    ...writtenMean(genAi.evaluationScore, { ...model, 'gen_ai.evaluation.name': 'is-helpful' }, perSecond, score),
  ])
}

export default {
  title: 'Let a cheaper model take over where its answers are as good',
  effort: 'days',
  subjectKind: 'model',
  questions: [modelUse, scores],
  costQuestions: [modelUse],
  evaluate: judgeEach(scores, judge),
  appliedAt,
  hasControls: false,
  cost,
  runbook,
  cases: [
    { title: 'a cheaper model with the same scores', says: 'finding', series: judged({ large: 0.9, small: 0.91 }) },
    {
      title: 'a cheaper model with the same scores, both counted by the metrics of an instrumentation alone',
      says: 'finding',
      series: [large, small].flatMap((model) => [
        ...writtenMean(genAi.operationDuration, model, 2, 2),
        ...writtenMean(genAi.tokenUsage, { ...model, 'gen_ai.token.type': 'input' }, 2, 2_000),
        ...writtenMean(genAi.evaluationScore, { ...model, 'gen_ai.evaluation.name': 'is-helpful' }, 1, 0.9),
      ]),
    },
    { title: 'a cheaper model that is worse', says: 'notAdvised', series: judged({ large: 0.9, small: 0.8 }) },
    { title: 'hardly any answer was judged', says: 'notEnoughData', series: judged({ large: 0.9, small: 0.91 }, 0.05) },
    {
      title: 'no evaluation',
      says: 'nothing',
      series: judged({ large: 0.9, small: 0.91 }).filter(({ name }) => !name.includes('evaluation')),
    },
  ],
} satisfies Rule
