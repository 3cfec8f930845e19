import { models } from '@pitwall/sdk/contract'
import { estimate } from '../prediction/estimate.ts'
import { lastingSince } from '../prediction/lasting-change.ts'
import { dollarsOf, type ModelPrice, priceOf, timesHour } from '../prediction/model-price.ts'
import { type ModelUse, useOf } from '../prediction/model-use.ts'
import { growthInWindow } from '../prediction/window.ts'
import { type Evidence, indexAt, type Span } from '../prometheus/evidence.ts'
import { aModel, modelUse } from '../prometheus/model-questions.ts'
import { select } from '../prometheus/promql.ts'
import { growth } from '../prometheus/question.ts'
import { addBlocks, type Blocks, labelOf, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Saving } from '../recommendation/recommendation.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatShare } from '../text/numbers.ts'
import { plain } from '../text/table.ts'
import { type Answer, type Cost, judgeEach, type Proposal, type Rule } from './rule.ts'

/** Providers keep nothing that is shorter, in tokens. */
const SHORTEST = 1_024

/** A share of the input that could be read from the provider's cache and is not, below which nothing is advised. */
const MIN_GAP = 0.2

/**
 * Share of what was sent a moment before that a provider's cache really has, and how far off that may be: an assumption. Other servers
 * of the provider do not have it, and some providers ask more for the first time.
 */
const REACHED = { share: 0.9, doubt: 0.15 } as const

/** Length of prompts, by whether the same process sent the same a moment before. */
export const promptSize = growth(select(models.promptSize), aModel, ['pitwall.prompt.part'])

/** Prompts of a model in each block, in characters. */
interface Prompts {
  readonly prefix: Blocks
  readonly repeated: Blocks
  readonly all: Blocks
}

function promptsOf(evidence: Evidence, subject: Subject): Prompts {
  const part = (name: string): Blocks => evidence.of(promptSize).total(subject, (row) => labelOf(row, 'pitwall.prompt.part') === name)
  const [prefix, repeated] = [part('prefix'), part('repeated')]
  return { prefix, repeated, all: [prefix, repeated, part('new')].reduce(addBlocks) }
}

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const use = useOf(evidence, subject)
  const inWindow = (blocks: Blocks): number => sumOf(blocks.slice(-span.windowBlocks))
  const [called, input] = [inWindow(use.calls), inWindow(use.input)]
  if (called < 1 || input < 1) return undefined
  if (called < settings.minRequests) {
    return notKnown(subject, `${formatNumber(Math.floor(called))} calls in the window, needs ${settings.minRequests}`)
  }
  if (input / called < SHORTEST)
    return notAdvised(subject, `its prompts are shorter than what providers keep: ${formatNumber(Math.round(input / called))} tokens`)
  if (use.cachedInput.slice(-span.windowBlocks).every((tokens) => tokens === undefined)) {
    return notKnown(subject, 'spans that tell how much of the input came from the cache (gen_ai.usage.cache_read.input_tokens)')
  }
  const prompts = promptsOf(evidence, subject)
  const all = inWindow(prompts.all)
  if (all < 1) return notKnown(subject, 'spans that hold their messages, to know what of its prompts comes again')
  const [cached, prefix, repeated] = [inWindow(use.cachedInput) / input, inWindow(prompts.prefix) / all, inWindow(prompts.repeated) / all]
  const known = `${formatShare(cached)} of its input is read from the provider's cache, ${formatShare(prefix + repeated)} could be`
  // What stands elsewhere in prompts can be put first, or it is there already and only not kept.
  const isLayout = repeated > MIN_GAP
  if ((isLayout ? prefix + repeated : prefix) - cached < MIN_GAP) return notAdvised(subject, known)
  const price = priceOf(subject.name, settings)
  if (price?.cachedInput === undefined) return notKnown(subject, `its price and that of cached input in modelPrices; ${known}`)
  const reusable = isLayout ? addBlocks(prompts.prefix, prompts.repeated) : prompts.prefix
  const saving = saved(use, reusable, prompts.all, (price.input - price.cachedInput) / 1e6, span)
  if (saving === undefined) return notKnown(subject, 'calls in at least three blocks of the window')
  const name = JSON.stringify(subject.name)
  return {
    kind: 'finding',
    subject,
    title: isLayout
      ? `Put what stays the same first in prompts of ${subject.name}`
      : `Let the provider keep the beginning of prompts of ${subject.name}`,
    advice: isLayout
      ? `Order prompts of ${subject.name} from what never changes to what always does: instructions, tools and documents first, times, names and questions last.`
      : `Prompts of ${subject.name} begin the same, and the provider's cache is not used: mark the end of that beginning (cache_control), or send a prompt_cache_key, as the provider asks.`,
    effort: isLayout ? 'hours' : 'minutes',
    saving,
    evidence: [
      `${formatNumber(Math.round(called))} calls read ${formatNumber(Math.round(input / called))} tokens each; ${formatShare(cached)} of them came from the provider's cache.`,
      `${formatShare(prefix)} of the text begins as an earlier prompt of the last five minutes did, and ${formatShare(repeated)} stood in one elsewhere.`,
      `Predicted: ${formatSaving(saving)}, at ${formatNumber(price.input)} dollars for a million tokens and ${formatNumber(price.cachedInput)} for cached ones.`,
    ],
    example: isLayout
      ? [
          `// ${plain(subject.name)}: the same in every call, to the letter, before what is not`,
          `const messages = [`,
          `  { role: 'system', content: instructions },`,
          `  ...history,`,
          "  { role: 'user', content: `${question}\\n\\nNow: ${new Date().toISOString()}` },",
          `]`,
          `await client.chat.completions.create({ model: ${name}, messages })`,
          ``,
        ].join('\n')
      : [
          `// Anthropic: what stands up to here is kept. OpenAI keeps by itself, and finds it more often with prompt_cache_key.`,
          `const system = [{ type: 'text', text: instructions, cache_control: { type: 'ephemeral' } }]`,
          `await client.messages.create({ model: ${name}, system, messages, max_tokens: 1_024 })`,
          ``,
        ].join('\n'),
    change: { layout: isLayout ? 'stable-first' : 'as-is' },
  }
}

/** Dollars an hour: the share that could be cached less the one that is, of the input, at the difference of the prices. */
function saved(use: ModelUse, reusable: Blocks, all: Blocks, perToken: number, span: Span): Saving | undefined {
  const dollars = use.input.map((tokens, index) => {
    const length = all[index]
    if (tokens === undefined || !length) return undefined
    return ((REACHED.share * (tokens * (reusable[index] ?? 0))) / length - (use.cachedInput[index] ?? 0)) * perToken
  })
  const amounts = timesHour(dollars)
  const seconds = amounts.map((amount) => (amount === undefined ? undefined : span.blockSeconds))
  const floor = REACHED.doubt * Math.abs(growthInWindow(amounts, span).perSecond)
  const found = estimate({ amounts, requests: seconds, windowBlocks: span.windowBlocks, floor })
  return found && { unit: 'usd/h', ...found }
}

function notAdvised(subject: Subject, reason: string): Answer {
  return { kind: 'notAdvised', subject, reason }
}

function notKnown(subject: Subject, needs: string): Answer {
  return { kind: 'notEnoughData', subject, needs }
}

/** The change is seen when the cached share of the input is higher than before by half the least gap, in the last three blocks. */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const { span } = evidence
  const { input, cachedInput } = useOf(evidence, subject)
  const until = indexAt(span, createdAt) + 1
  const before = sumOf(cachedInput.slice(0, until)) / Math.max(1, sumOf(input.slice(0, until)))
  const isBetter = (index: number): boolean => (cachedInput[index] ?? 0) > (before + MIN_GAP / 2) * (input[index] ?? Infinity)
  return lastingSince(span, createdAt, isBetter)
}

/** Dollars for the input of a call; without a price there was no proposal to verify. */
function cost(evidence: Evidence, subject: Subject, settings: Settings): Cost {
  const use = useOf(evidence, subject)
  const price: ModelPrice = priceOf(subject.name, settings) ?? { input: 0, output: 0 }
  return { spent: timesHour(dollarsOf({ ...use, output: [] }, price)), requests: use.calls, per: 'call' }
}

const runbook = `# Let a provider read prompts from its cache

## What it means
Prompts of an agent are long and for the most part the same: instructions, tools, the conversation up to now. Providers ask a tenth to a half for input that they have in their cache, but only from the first token up to the first one that is different.

## How the saving is computed
Where spans of model calls hold their messages, the SDK hashes them in the process, in blocks of 1,024 characters, and counts (\`${models.promptSize.name}\`) what begins as an earlier prompt of the last five minutes did, and what stood in one elsewhere. No text leaves the process. \`${models.tokens.name}\` says what the provider read, and what it read from its cache.

    saving = (0.9 × share that could be read from the cache − share that is) × input tokens an hour × (price − price of cached input)

The share that could be is that of equal beginnings; where more than a fifth of the text comes again behind something new, also that text, because it can be put first. The 0.9 is an assumption about providers' caches, and the interval never narrower than 15 % of the saving. Beginnings below 1,024 tokens are not counted.

## When it does not apply
- The price of the model, or of its cached input, is not in \`modelPrices\`: then it is said what could be cached, and nothing is claimed.
- Spans do not hold messages: a low cached share alone may be all that prompts allow. Or they do not tell how many tokens came from the cache: some instrumentations leave that out.
- Most of a prompt is new each time.
- Calls come less often than every five minutes, after which providers forget.
- What differs has to stand first; the order of messages means something to the model, so compare its answers.

## How to verify it
Change the order of prompts, or mark their beginning. When the cached share of the input has risen for three blocks, Pitwall takes the change as made, and compares the dollars for the input of a call with those before.
`

const named = { 'gen_ai.request.model': 'gpt-4.1' } as const

/** Two calls a second of 4,000 tokens, so many of them cached, and of prompts by their parts. */
function prompting(cached: number, parts: Readonly<Record<'prefix' | 'repeated' | 'new', number>> | undefined, scale = 1): WrittenSeries[] {
  const tokens = (type: string, perSecond: number): WrittenSeries =>
    written(models.tokens, { ...named, 'gen_ai.token.type': type }, perSecond * scale)
  return [
    ...writtenMean(models.callDuration, named, 2 * scale, 2),
    tokens('input', 8_000),
    tokens('cached_input', 8_000 * cached),
    ...Object.entries(parts ?? {}).map(([part, share]) =>
      written(models.promptSize, { ...named, 'pitwall.prompt.part': part }, 32_000 * share * scale),
    ),
  ]
}

export default {
  title: 'Let a provider read prompts from its cache',
  effort: 'hours',
  subjectKind: 'model',
  questions: [modelUse, promptSize],
  costQuestions: [modelUse],
  evaluate: judgeEach(modelUse, judge),
  appliedAt,
  hasControls: false,
  cost,
  runbook,
  cases: [
    {
      title: 'prompts that begin the same, and a cache that is not used',
      says: 'finding',
      series: prompting(0, { prefix: 0.8, repeated: 0, new: 0.2 }),
    },
    { title: 'the same text behind something new', says: 'finding', series: prompting(0.05, { prefix: 0, repeated: 0.7, new: 0.3 }) },
    { title: 'read from the cache already', says: 'notAdvised', series: prompting(0.75, { prefix: 0.8, repeated: 0.05, new: 0.15 }) },
    { title: 'prompts that are new each time', says: 'notAdvised', series: prompting(0, { prefix: 0.05, repeated: 0.05, new: 0.9 }) },
    {
      title: 'spans that do not tell how much came from the cache',
      says: 'notEnoughData',
      series: prompting(0, { prefix: 0.8, repeated: 0, new: 0.2 }).filter(({ labels }) => labels['gen_ai_token_type'] !== 'cached_input'),
    },
    { title: 'spans without messages', says: 'notEnoughData', series: prompting(0, undefined) },
    { title: 'a handful of calls', says: 'notEnoughData', series: prompting(0, { prefix: 0.8, repeated: 0, new: 0.2 }, 0.05) },
    {
      title: 'a model without a price',
      says: 'notEnoughData',
      series: prompting(0, { prefix: 0.8, repeated: 0, new: 0.2 }).map((series) => ({
        ...series,
        labels: { ...series.labels, gen_ai_request_model: 'local-model' },
      })),
    },
  ],
} satisfies Rule
