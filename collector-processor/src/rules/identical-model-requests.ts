import { cache, models, reuse } from '@pitwall/sdk/contract'
import { asCache, cachedSince } from '../prediction/cached-function.ts'
import { cacheCurves, hitRatios } from '../prediction/cache-curves.ts'
import { HIT_RATIO_FLOOR } from '../prediction/cache-saving.ts'
import { entriesNeeded } from '../prediction/entries-needed.ts'
import { estimate } from '../prediction/estimate.ts'
import { reachable, smallestReaching } from '../prediction/miss-ratio-curve.ts'
import { dollarsOf, priceOf, timesHour } from '../prediction/model-price.ts'
import { useOf } from '../prediction/model-use.ts'
import { growthInWindow } from '../prediction/window.ts'
import type { Evidence } from '../prometheus/evidence.ts'
import { modelUse } from '../prometheus/model-questions.ts'
import { questions } from '../prometheus/questions.ts'
import type { Blocks } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenMean, writtenReuse, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Saving } from '../recommendation/recommendation.ts'
import type { Settings } from '../settings.ts'
import { durationLiteral, formatNumber, formatSaving, formatShare } from '../text/numbers.ts'
import { type Answer, type Cost, judgeEach, type Rule } from './rule.ts'

/** Below this share of repeated requests the answers would only fill memory. In recorded prompts 1 to 5 % are identical. */
const MIN_REPEATED = 0.01

/** Requests that come again may be longer or shorter than the others: share of the saving that is not known. */
const UNSURE = 0.1

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  if (growthInWindow(evidence.of(questions.cacheRequests).total(asCache(subject)), span).total > 0) return undefined
  const called = growthInWindow(useOf(evidence, subject).calls, span)
  if (called.total < 1) return undefined
  const curves = cacheCurves(evidence, subject)
  const followed = curves?.window.entries.requests ?? 0
  if (curves === undefined || followed < settings.minRequests) {
    const needs = `${settings.minRequests} requests in the window at temperature 0 or with a seed whose spans hold their messages, has ${formatNumber(Math.floor(followed))}`
    return { kind: 'notEnoughData', subject, needs }
  }
  const repeated = Math.min(reachable(curves.window.entries), reachable(curves.window.ages))
  if (repeated < MIN_REPEATED) return notAdvised(subject, `${formatShare(1 - repeated)} of its requests were never made before`)
  const seconds = smallestReaching(curves.proposableAges, settings.reach * reachable(curves.proposableAges))
  if (seconds === undefined) return { kind: 'notEnoughData', subject, needs: 'a longer observation, to see entries expire' }
  const entries = entriesNeeded(curves.window.entries, settings.reach)
  const ratios = hitRatios(curves, { entries, seconds })
  const hits = ratios.map((ratio, index) => (ratio === undefined ? undefined : ratio * (curves.blocks[index]?.entries.requests ?? 0)))
  const saving = saved(hits, evidence, subject, settings)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'requests in at least three blocks of the window' }
  const hit = growthInWindow(hits, span)
  const options = `name: ${JSON.stringify(subject.name)}, scope: 'shared', ttl: '${durationLiteral(seconds)}', maxEntries: ${entries}`
  return {
    kind: 'finding',
    subject,
    title: `Keep answers of ${subject.name} to identical requests`,
    advice: `Put its calls behind new ResponseCache({ ${options} }), which keeps answers at temperature 0 or with a seed; see to it that everybody may be given them.`,
    saving,
    evidence: [
      `${formatNumber(Math.round(hit.total))} of ${formatNumber(Math.round(called.total))} calls in the window would be hits with ${entries} answers in each process, kept for ${durationLiteral(seconds)}.`,
      `${formatShare(repeated)} of the ${formatNumber(Math.round(followed))} requests that can be kept were made before, in the same process.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: [
      `import { ResponseCache } from '@pitwall/sdk'`,
      ``,
      `// scope: 'shared' means that everybody may be given the same answer; for tenants it is a function of the request`,
      `const answers = new ResponseCache({ ${options} })`,
      `export const ask = answers.wrap((request) => client.chat.completions.create(request))`,
      ``,
    ].join('\n'),
    change: { maxEntries: entries, ttlSeconds: seconds },
  }
}

/** Dollars an hour where the model has a price, else the seconds that callers wait; a hit is taken for a call of the mean cost. */
function saved(hits: Blocks, evidence: Evidence, subject: Subject, settings: Settings): Saving | undefined {
  const { span } = evidence
  const { calls } = useOf(evidence, subject)
  const { spent, unit } = costOf(evidence, subject, settings)
  const perCall = growthInWindow(spent, span).total / Math.max(1, growthInWindow(calls, span).total)
  const amounts = hits.map((count, index) => {
    const [called, cost] = [calls[index], spent[index]]
    return count === undefined || !called || cost === undefined ? undefined : (count * cost) / called
  })
  const seconds = amounts.map((amount) => (amount === undefined ? undefined : span.blockSeconds))
  const floor = Math.max(
    UNSURE * growthInWindow(amounts, span).perSecond,
    HIT_RATIO_FLOOR * perCall * growthInWindow(calls, span).perSecond,
  )
  const found = estimate({ amounts, requests: seconds, windowBlocks: span.windowBlocks, floor })
  return found && { unit, ...found }
}

function costOf(evidence: Evidence, subject: Subject, settings: Settings): { readonly spent: Blocks; readonly unit: 'usd/h' | 's/s' } {
  const use = useOf(evidence, subject)
  const price = priceOf(subject.name, settings)
  return price === undefined ? { spent: use.seconds, unit: 's/s' } : { spent: timesHour(dollarsOf(use, price)), unit: 'usd/h' }
}

/** Before the change requests are calls; after it they are those that the cache got, and calls are its loads. */
function cost(evidence: Evidence, subject: Subject, settings: Settings): Cost {
  const cached = evidence.of(questions.cacheRequests).total(asCache(subject))
  const { calls } = useOf(evidence, subject)
  return {
    spent: costOf(evidence, subject, settings).spent,
    requests: calls.map((count, index) => ((cached[index] ?? 0) > 0 ? cached[index] : count)),
  }
}

function notAdvised(subject: Subject, reason: string): Answer {
  return { kind: 'notAdvised', subject, reason }
}

const runbook = `# Keep answers of a model to identical requests

## What it means
The same request is made to a model again: the same messages and settings, at temperature 0, with a seed, or for an embedding, so that the answer would be the same. Each costs tokens and seconds that the earlier answer would not.

## How the saving is computed
Where spans of model calls hold their messages, the SDK hashes each request in the process, and exports of the hashes what it exports of arguments: how many requests a cache of N answers (\`${reuse.distance.name}\`) and one that keeps them T seconds (\`${reuse.age.name}\`) would have answered. No text leaves the process.

    saving = hits × mean cost of a call: dollars an hour, by its tokens (\`${models.tokens.name}\`) and \`modelPrices\`; without a price the seconds that callers wait

The interval comes from the differences between the blocks of the window and between earlier windows, and is never narrower than a tenth of the saving, because requests that come again may be shorter or longer than others.

## When it does not apply
- Answers are drawn by chance (a temperature above 0 and no seed): to give the earlier one is a decision about the product.
- Fewer than one request in a hundred was made before.
- Spans do not hold messages (\`gen_ai.input.messages\` and its like, which most instrumentations record only where they are told to): then nobody knows, and a profiled function around the call tells by its arguments (\`uncached-repetition\`).
- Answers depend on who asks and what may be seen: \`scope\` keeps tenants apart.
- Prompts that only begin the same: \`prompt-prefix\` speaks of them, and is worth more in most agents.

## How to verify it
Put the calls behind a \`ResponseCache\` with the name of the model. Pitwall sees its requests, waits until it is warm, and compares what a request costs with what it cost before.
`

const named = { 'gen_ai.request.model': 'gpt-4.1' } as const
const repeats = { entries: { 40: 0.2, 100_000: 0.22 }, seconds: { 30: 0.2, 86_400: 0.22 } }

/** A model that is called twice a second, for two seconds. */
const calls = (perSecond = 2): WrittenSeries[] => [
  ...writtenMean(models.callDuration, named, perSecond, 2),
  written(models.tokens, { ...named, 'gen_ai.token.type': 'input' }, 2_000 * perSecond),
]

export default {
  title: 'Keep answers of a model to identical requests',
  effort: 'hours',
  subjectKind: 'model',
  questions: [modelUse, questions.reuseDistance, questions.reuseAge, questions.cacheRequests],
  costQuestions: [modelUse, questions.cacheRequests],
  evaluate: judgeEach(modelUse, judge),
  appliedAt: cachedSince,
  hasControls: false,
  cost,
  runbook,
  cases: [
    {
      title: 'every fifth request was made before, at temperature 0',
      says: 'finding',
      series: [...calls(), ...writtenReuse('gpt-4.1', 'model', 2, repeats)],
    },
    {
      title: 'requests that never come again',
      says: 'notAdvised',
      series: [...calls(), ...writtenReuse('gpt-4.1', 'model', 2, { entries: { 100_000: 0.005 }, seconds: { 86_400: 0.005 } })],
    },
    { title: 'spans without messages, or answers that are drawn by chance', says: 'notEnoughData', series: calls() },
    {
      title: 'cached already',
      says: 'nothing',
      series: [
        ...calls(),
        ...writtenReuse('gpt-4.1', 'model', 2, repeats),
        written(cache.requests, { 'pitwall.cache.name': 'gpt-4.1', 'pitwall.cache.backend': 'memory', 'pitwall.cache.result': 'hit' }, 1),
      ],
    },
  ],
} satisfies Rule
