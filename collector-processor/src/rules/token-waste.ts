import { models } from '@pitwall/sdk/contract'
import {
  type Conversation,
  conversationCost,
  type ConversationLimits,
  conversationOf,
  repeatedShare,
  type StepRange,
  SUMMARY_TOKENS,
} from '../prediction/conversation.ts'
import { estimate } from '../prediction/estimate.ts'
import { lastingSince } from '../prediction/lasting-change.ts'
import { dollarsOf, type ModelPrice, priceOf, timesHour } from '../prediction/model-price.ts'
import { useOf } from '../prediction/model-use.ts'
import { growthInWindow } from '../prediction/window.ts'
import { type Evidence, indexAt } from '../prometheus/evidence.ts'
import { aModel, modelUse } from '../prometheus/model-questions.ts'
import { select } from '../prometheus/promql.ts'
import { growth, together } from '../prometheus/question.ts'
import { type Blocks, labelOf, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Saving } from '../recommendation/recommendation.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatShare } from '../text/numbers.ts'
import { plain } from '../text/table.ts'
import { type Answer, type Cost, judgeEach, type Proposal, type Rule } from './rule.ts'

/** First steps of the ranges that the SDK tells apart, and of the early and the late calls among them. */
const ranges = [1, 2, 3, 5, 9, 17, 33] as const
const [EARLY, LATE] = [5, 9] as const

/** Limits that are tried, as multiples of what early calls read: a low one is kept by summing up often. */
const candidates = [4 / 3, 2, 3, 4, 6] as const

/** Late calls that read so much more than this share of the input of all are worth a change of the agent. */
const MIN_EXCESS = 0.2

/** How far off the saving may be, as a share of it: conversations are not all like the mean one. */
const DOUBT = 0.2

/** Calls of a model, and their input tokens, by their place in the conversation. */
export const steps = together({
  calls: growth(select(models.steps), aModel, ['pitwall.model.step']),
  tokens: growth(select(models.stepInput), aModel, ['pitwall.model.step']),
})

/** Calls and tokens of each block, of the steps of a range. */
interface Steps {
  readonly calls: Blocks
  readonly tokens: Blocks
}

function stepsOf(evidence: Evidence, subject: Subject, from: number, below: number = Infinity): Steps {
  const part = (name: string): Blocks =>
    evidence.of(steps).total(subject, (row) => {
      const step = Number(labelOf(row, 'pitwall.model.step'))
      return row.labels['part'] === name && step >= from && step < below
    })
  return { calls: part('calls'), tokens: part('tokens') }
}

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const inWindow = (blocks: Blocks): number => sumOf(blocks.slice(-span.windowBlocks))
  const [early, late] = [stepsOf(evidence, subject, EARLY, LATE), stepsOf(evidence, subject, LATE)]
  const use = useOf(evidence, subject)
  const [earlyCalls, lateCalls, input] = [inWindow(early.calls), inWindow(late.calls), inWindow(use.input)]
  if (lateCalls < 1 || input < 1) return undefined
  if (Math.min(earlyCalls, lateCalls) < settings.minRequests) {
    return notKnown(
      subject,
      `${formatNumber(Math.floor(lateCalls))} calls after the eighth of their conversation in the window, needs ${settings.minRequests}`,
    )
  }
  const [earlyMean, lateMean] = [inWindow(early.tokens) / earlyCalls, inWindow(late.tokens) / lateCalls]
  const excess = ((lateMean - earlyMean) * lateCalls) / input
  if (excess < MIN_EXCESS) {
    return notAdvised(
      subject,
      `late calls of a conversation read ${formatNumber(Math.round(lateMean))} tokens and earlier ones ${formatNumber(Math.round(earlyMean))}`,
    )
  }
  const price = priceOf(subject.name, settings)
  if (price === undefined) {
    return notKnown(
      subject,
      `its price in modelPrices; ${formatShare(excess)} of its input is what conversations have grown by after their eighth call`,
    )
  }
  const conversation = conversationOf(rangesOf(evidence, subject))
  if (conversation === undefined) return notAdvised(subject, `the input of its calls does not grow evenly from call to call`)
  const isCachedKnown = use.cachedInput.some((tokens) => tokens !== undefined)
  const [share, limits] = bestLimits(conversation, earlyMean, price, isCachedKnown ? inWindow(use.cachedInput) / input : 1)
  const saving = saved(evidence, subject, share, price)
  if (saving === undefined) return notKnown(subject, 'calls in at least three blocks of the window')
  const [most, least] = [limits.most, limits.least]
  return {
    kind: 'finding',
    subject,
    title: `Shorten long conversations with ${subject.name}`,
    advice: `When the input of a call of ${subject.name} passes ${most} tokens, replace the oldest of the conversation by a summary, or leave results of tools out, so that ${least} remain; not at every call, or the provider's cache is of no use.`,
    saving,
    evidence: [
      `Calls 5 to 8 of a conversation read ${formatNumber(Math.round(earlyMean))} tokens, later ones ${formatNumber(Math.round(lateMean))}; ${formatNumber(Math.round(lateCalls))} of those were seen.`,
      `${formatShare(excess)} of all input is what conversations grow by after their eighth call.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: [
      `// ${plain(subject.name)}: before each call`,
      `if (lastUsage.input_tokens > ${most}) {`,
      `  const old = messages.splice(1, messages.length - 1 - KEPT) // the first says what to do; the last ones stay as they are`,
      `  messages.splice(1, 0, { role: 'user', content: await summarize(old) })`,
      `}`,
      ``,
    ].join('\n'),
    change: { mostTokens: most, leastTokens: least },
  }
}

/** Calls and tokens of the window, by ranges. */
function rangesOf(evidence: Evidence, subject: Subject): readonly StepRange[] {
  const inWindow = (blocks: Blocks): number => sumOf(blocks.slice(-evidence.span.windowBlocks))
  return ranges.map((first, index) => {
    const { calls, tokens } = stepsOf(evidence, subject, first, ranges[index + 1])
    return { first, calls: inWindow(calls), tokens: inWindow(tokens) }
  })
}

/** The limits that save most, and the share of the dollars for input that they save; `cached`: share of all input that came from a cache. */
function bestLimits(
  conversation: Conversation,
  earlyMean: number,
  price: ModelPrice,
  cached: number,
): readonly [share: number, limits: ConversationLimits] {
  const kept = Math.min(1, cached / repeatedShare(conversation))
  const now = conversationCost(conversation, price, kept)
  const tried = candidates.map((factor) => {
    const most = roundTokens(factor * earlyMean)
    const limits = { most, least: most / 2 }
    return [1 - conversationCost(conversation, price, kept, limits) / now, limits] as const
  })
  return tried.reduce((best, one) => (one[0] > best[0] ? one : best))
}

/** Dollars an hour: a share of those for input. */
function saved(evidence: Evidence, subject: Subject, share: number, price: ModelPrice): Saving | undefined {
  const { span } = evidence
  const dollars = dollarsOf({ ...useOf(evidence, subject), output: [] }, price)
  const amounts = timesHour(dollars.map((amount) => (amount === undefined ? undefined : share * amount)))
  const seconds = amounts.map((amount) => (amount === undefined ? undefined : span.blockSeconds))
  const floor = DOUBT * Math.abs(growthInWindow(amounts, span).perSecond)
  const found = estimate({ amounts, requests: seconds, windowBlocks: span.windowBlocks, floor })
  return found && { unit: 'usd/h', ...found }
}

/** One digit is all that such a number is worth, and it stays the same from cycle to cycle. */
function roundTokens(tokens: number): number {
  return Number(tokens.toPrecision(1))
}

function notAdvised(subject: Subject, reason: string): Answer {
  return { kind: 'notAdvised', subject, reason }
}

function notKnown(subject: Subject, needs: string): Answer {
  return { kind: 'notEnoughData', subject, needs }
}

/** The change is seen when late calls read less than halfway between what they did and what is allowed, in the last three blocks. */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const { span } = evidence
  const [early, late] = [stepsOf(evidence, subject, EARLY, LATE), stepsOf(evidence, subject, LATE)]
  const until = indexAt(span, createdAt) + 1
  const meanOf = ({ calls, tokens }: Steps): number => sumOf(tokens.slice(0, until)) / Math.max(1, sumOf(calls.slice(0, until)))
  const halfway = (meanOf(early) + meanOf(late)) / 2
  const isBetter = (index: number): boolean =>
    (late.calls[index] ?? 0) > 0 && (late.tokens[index] ?? 0) < halfway * (late.calls[index] ?? 0)
  return lastingSince(span, createdAt, isBetter)
}

/** Dollars for a conversation, because one that is shortened has more calls; without a price there was no proposal to verify. */
function cost(evidence: Evidence, subject: Subject, settings: Settings): Cost {
  const use = useOf(evidence, subject)
  const conversations = stepsOf(evidence, subject, 1, 2).calls
  return {
    spent: timesHour(dollarsOf(use, priceOf(subject.name, settings) ?? { input: 0, output: 0 })),
    requests: conversations,
    per: 'conversation',
  }
}

const runbook = `# Shorten long conversations with a model

## What it means
An agent sends the whole conversation with every call, so that each call reads more than the one before, and a long conversation costs by the square of its length. Much of what late calls read is what tools returned long ago.

## How the saving is computed
The SDK counts calls and their input tokens by their place in the conversation (\`gen_ai.conversation.id\`, or else the trace): \`${models.steps.name}\`, \`${models.stepInput.name}\`. They show the mean conversation: what its first call reads, by how much each call reads more, and how many conversations come how far. It is run through twice, call by call, as it is and with a limit; of five limits, 1.3 to 6 times what calls 5 to 8 read, the one that saves most is proposed.

    saving = (1 − dollars for input with the limit / dollars for input without it) × dollars for input an hour

What the provider reads from its cache is a share of what the call before read, as it was measured; all of it, where no span tells, so that the saving is too low rather than too high. Shortening costs, each time, that the conversation is read once more, a summary of ${SUMMARY_TOKENS} tokens is written (an assumption), and what remains is new to that cache. The interval is never narrower than a fifth of the saving to either side.

## When it does not apply
- Conversations that end within eight calls, do not grow, or do not grow evenly.
- Agents whose late calls need all that was said: compare the answers before and after.
- The price of the model is not in \`modelPrices\`.
- Each call is a trace of its own and tells of no conversation: then all are first calls.
- A limit of output (\`max_tokens\`) far above what is written: it costs nothing by itself, so nothing is claimed about it.

## How to verify it
When late calls read less than halfway to what is allowed, for three blocks, Pitwall takes the change as made, and compares the dollars for a conversation with those before.
`

const named = { 'gen_ai.request.model': 'gpt-4.1' } as const

/** A model that is asked in conversations, one of which begins each second; calls from the ninth on read more by so many tokens each. */
function conversing(perCall: number, scale = 1, model: string = named['gen_ai.request.model']): WrittenSeries[] {
  const labels = { 'gen_ai.request.model': model } as const
  // Mean place of the calls of each range.
  const places = { 1: [1, 1], 2: [1, 2], 3: [2, 3.5], 5: [4, 6.5], 9: [7, 12.5], 17: [8, 24] } as const
  const read = Object.entries(places).map(([step, [calls, place]]) => ({ step, calls, tokens: 2_000 + perCall * (place - 1) }))
  const sum = (of: (one: { readonly calls: number; readonly tokens: number }) => number): number =>
    read.reduce((total, one) => total + of(one), 0)
  return [
    ...writtenMean(models.callDuration, labels, sum(({ calls }) => calls) * scale, 2),
    written(models.tokens, { ...labels, 'gen_ai.token.type': 'input' }, sum(({ calls, tokens }) => calls * tokens) * scale),
    ...read.flatMap(({ step, calls, tokens }) => [
      written(models.steps, { ...labels, 'pitwall.model.step': step }, calls * scale),
      written(models.stepInput, { ...labels, 'pitwall.model.step': step }, calls * tokens * scale),
    ]),
  ]
}

export default {
  title: 'Shorten long conversations with a model',
  effort: 'hours',
  subjectKind: 'model',
  questions: [modelUse, steps],
  costQuestions: [modelUse, steps],
  evaluate: judgeEach(steps, judge),
  appliedAt,
  hasControls: false,
  cost,
  runbook,
  cases: [
    { title: 'conversations of up to thirty calls that grow with each', says: 'finding', series: conversing(1_000) },
    { title: 'conversations that hardly grow', says: 'notAdvised', series: conversing(20) },
    { title: 'hardly any long conversation', says: 'notEnoughData', series: conversing(1_000, 0.01) },
    { title: 'a model without a price', says: 'notEnoughData', series: conversing(1_000, 1, 'local-model') },
    {
      title: 'conversations of a few calls',
      says: 'nothing',
      series: conversing(1_000).filter(({ labels }) => Number(labels['pitwall_model_step'] ?? 0) < 9),
    },
  ],
} satisfies Rule
