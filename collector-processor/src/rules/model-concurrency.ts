import { models } from '@pitwall/sdk/contract'
import { estimate } from '../prediction/estimate.ts'
import { lastingSince } from '../prediction/lasting-change.ts'
import { type ModelUse, useOf } from '../prediction/model-use.ts'
import { growthInWindow } from '../prediction/window.ts'
import { type Evidence, indexAt, type Span } from '../prometheus/evidence.ts'
import { modelUse } from '../prometheus/model-questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Saving } from '../recommendation/recommendation.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare } from '../text/numbers.ts'
import { plain } from '../text/table.ts'
import { type Answer, judgeEach, type Proposal, type Rule } from './rule.ts'

/** Fewer requests turned away than this share of the calls are what a provider does now and then. */
const MIN_REJECTED = 0.02

/** Where so many answers are missing for each call that is made, a quota is used up, and no limiter brings it back. */
const QUOTA = 0.9

/** Fewer blocks with rejections than this are an incident that is over. */
const LASTING = 3

/** Calls must be let through a little faster than they come in the busiest block, or they would wait for ever. */
const HEADROOM = 1.1

/**
 * Share of the rejections that spacing avoids, and how far off that may be: an assumption, since the provider's limit is not known. In
 * simulations of one that allows 1.6 to 3 times what is asked for on average, nearly all were avoided (docs/decisions.md).
 */
const AVOIDED = { share: 0.95, doubt: 0.15 } as const

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const use = useOf(evidence, subject)
  const [called, rejected] = [growthInWindow(use.calls, span), growthInWindow(use.rejections, span)]
  if (rejected.total < 1) return undefined
  if (called.total < settings.minRequests) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${formatNumber(Math.floor(called.total))} calls in the window, needs ${settings.minRequests}`,
    }
  }
  const share = rejected.total / called.total
  if (share < MIN_REJECTED || !isLasting(use, span)) {
    return notAdvised(
      subject,
      `its provider turned away ${formatNumber(Math.ceil(rejected.total))} requests in the window, and does so no longer or seldom`,
    )
  }
  const [taken, wasted] = [growthInWindow(use.seconds, span).perSecond, growthInWindow(use.rejectedSeconds, span).perSecond]
  if (wasted >= QUOTA * taken) {
    return notAdvised(
      subject,
      `nearly all of its requests are turned away: a quota is used up, and calling it more slowly does not bring it back`,
    )
  }
  const saving = saved(use, span)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'calls in at least three blocks of the window' }
  // An open recommendation is kept down to half of what a new one needs.
  if (wasted < settings.minSaving / 2) return notAdvised(subject, `its rejections take only ${formatSeconds(wasted)} of each second`)
  const perSecond = HEADROOM * Math.max(...use.calls.slice(-span.windowBlocks).map((count) => (count ?? 0) / span.blockSeconds))
  const spacing = roundedDown(1_000 / perSecond)
  return {
    kind: 'finding',
    subject,
    title: `Space the calls of ${subject.name}`,
    advice: `Let the calls of ${subject.name}, those of all processes together, begin at least ${spacing} ms apart; let the others wait for their turn, and obey Retry-After.`,
    saving,
    evidence: [
      `${formatNumber(Math.round(rejected.total))} requests were turned away because there were too many (429), for ${formatNumber(Math.round(called.total))} calls, ${formatShare(share)}.`,
      `They took ${formatSeconds(wasted)} of each second, beside the pauses before the next try, which are not counted.`,
      `On average ${formatNumber(called.perSecond)} calls a second begin, and ${formatNumber(perSecond / HEADROOM)} in the busiest part of the window: so many the provider has to answer anyway.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: [
      `import PQueue from 'p-queue'`,
      ``,
      `// of ${plain(subject.name)}: times the number of processes`,
      `const inTurn = new PQueue({ interval: ${spacing}, intervalCap: 1 })`,
      `const answer = await inTurn.add(() => client.chat.completions.create({ model: ${JSON.stringify(subject.name)}, messages }))`,
      ``,
    ].join('\n'),
    change: { spacingMs: spacing },
  }
}

/** To two digits, so that it stays the same from cycle to cycle; at least a millisecond. */
function roundedDown(milliseconds: number): number {
  const digit = 10 ** Math.max(0, Math.floor(Math.log10(milliseconds)) - 1)
  return Math.max(1, Math.floor(milliseconds / digit) * digit)
}

/** Whether rejections come in several blocks of the window, and still do. */
function isLasting({ calls, rejections }: ModelUse, { windowBlocks }: Span): boolean {
  const window = rejections.slice(-windowBlocks)
  const made = calls.slice(-windowBlocks)
  const isTroubled = (count: number | undefined, index: number): boolean => (count ?? 0) > MIN_REJECTED * (made[index] ?? 0)
  return (
    window.filter(isTroubled).length >= LASTING &&
    window.some((count, index) => index >= window.length - LASTING && isTroubled(count, index))
  )
}

function saved({ calls, rejectedSeconds }: ModelUse, span: Span): Saving | undefined {
  const amounts = calls.map((count, index) => (count === undefined ? undefined : AVOIDED.share * (rejectedSeconds[index] ?? 0)))
  const seconds = amounts.map((amount) => (amount === undefined ? undefined : span.blockSeconds))
  const floor = AVOIDED.doubt * growthInWindow(amounts, span).perSecond
  const found = estimate({ amounts, requests: seconds, windowBlocks: span.windowBlocks, floor })
  return found && { unit: 's/s', ...found }
}

function notAdvised(subject: Subject, reason: string): Answer {
  return { kind: 'notAdvised', subject, reason }
}

/** The change is seen when the model is still called, and rejections take less than half of what they did for three blocks. */
function appliedAt(evidence: Evidence, { subject, createdAt, saving }: Proposal): number | undefined {
  const { span } = evidence
  const { calls, rejectedSeconds } = useOf(evidence, subject)
  const usual = growthInWindow(calls.slice(0, indexAt(span, createdAt) + 1), span).perSecond
  const isBetter = (index: number): boolean =>
    (calls[index] ?? 0) > (usual * span.blockSeconds) / 2 && (rejectedSeconds[index] ?? 0) < (saving.likely * span.blockSeconds) / 2
  return lastingSince(span, createdAt, isBetter)
}

const runbook = `# Call a model no faster than its provider allows

## What it means
The provider answers requests with status 429, because too many come in a short time. Each of them takes time and is made again after a pause, while calls that wait for their turn would have been answered at once.

## How the saving is computed
\`${models.rejections.name}\` counts calls that ended so, and HTTP requests with status 429 within calls, where HTTP is instrumented; \`${models.rejectedTime.name}\` is the time that they took.

    saving = seconds of rejected requests in each second × 0.95

The 0.95 is an assumption, and the interval never narrower than 15 % of the saving to either side: the provider's limit is not known, and calls meet it now and then. The pauses before the next try are saved as well and not counted. The proposed pace is 1.1 times that of the busiest block of the window, so that nothing waits for ever. Limits of providers are about requests and tokens a minute; to bound the calls that run at once does not keep them (measured, docs/decisions.md).

## When it does not apply
- Fewer than two rejections for a hundred calls, or in fewer than three blocks of the window, or none of late: an incident that is over.
- Nearly everything is turned away: a quota is used up, and waiting does not bring it back.
- More is asked for, on average, than the provider allows: then calls are still turned away, and only fewer calls or a higher limit help.
- Clients that make rejected requests again by themselves, without instrumentation of HTTP: then nobody sees the rejections.

## How to verify it
Let calls begin at that distance. When the model is still called and rejections take less than half of their time, Pitwall takes the change as made, and compares the seconds of rejections per call with those before.
`

const named = { 'gen_ai.request.model': 'gpt-4.1' } as const

/** A model that gets five calls a second of two seconds; so many requests are turned away after 0.2 s. */
function rejecting(perSecond: number, scale = 1): WrittenSeries[] {
  return [
    ...writtenMean(models.callDuration, named, 5 * scale, 2),
    written(models.rejections, named, perSecond * scale),
    written(models.rejectedTime, named, 0.2 * perSecond * scale),
  ]
}

export default {
  title: 'Call a model no faster than its provider allows',
  effort: 'hours',
  subjectKind: 'model',
  questions: [modelUse],
  costQuestions: [modelUse],
  evaluate: judgeEach(modelUse, judge),
  appliedAt,
  hasControls: false,
  cost: (evidence, subject) => {
    const { calls, rejectedSeconds } = useOf(evidence, subject)
    return { spent: rejectedSeconds, requests: calls, per: 'call' }
  },
  runbook,
  cases: [
    { title: 'one rejection for every fifth call', says: 'finding', series: rejecting(1) },
    { title: 'a rejection now and then', says: 'notAdvised', series: rejecting(0.02) },
    {
      title: 'a quota that is used up',
      says: 'notAdvised',
      series: [
        ...writtenMean(models.callDuration, named, 5, 0.2),
        written(models.rejections, named, 4.9),
        written(models.rejectedTime, named, 0.98),
      ],
    },
    { title: 'a handful of calls', says: 'notEnoughData', series: rejecting(1, 0.03) },
    { title: 'a model that is never too busy', says: 'nothing', series: rejecting(0) },
  ],
} satisfies Rule
