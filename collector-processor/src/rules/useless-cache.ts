import { cache, cacheCosts, reuse } from '@pitwall/sdk/contract'
import { benefitCostQuestions, cacheBenefit, costWithoutCache, removedAt } from '../prediction/cache-benefit.ts'
import { cacheCurves } from '../prediction/cache-curves.ts'
import { HIT_RATIO_FLOOR } from '../prediction/cache-saving.ts'
import { estimate } from '../prediction/estimate.ts'
import { isShared, lookupSeconds } from '../prediction/lookups.ts'
import { reachable } from '../prediction/miss-ratio-curve.ts'
import { growthInWindow } from '../prediction/window.ts'
import { blockStart, type Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenMean, writtenReuse, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Proposal, type Rule } from './rule.ts'

/** Lookups are not known more exactly than this share of them: in memory only some keys are timed. */
const LOOKUPS_FLOOR = 0.02

/** A cache that was asked in fewer of the window's blocks is still getting warm, and is not judged. */
const WHOLE = 0.9

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const { requests, lookups, served } = cacheBenefit(evidence, subject)
  const [requested, looking, hits] = [growthInWindow(requests, span), growthInWindow(lookups, span), growthInWindow(served, span)]
  const loads = growthInWindow(evidence.of(questions.loads).total(subject), span).total
  if (requested.total < 1 || looking.total <= 0) return undefined
  const asked = requests.slice(-span.windowBlocks).filter((count) => (count ?? 0) > 0).length
  if (requested.total < settings.minRequests || loads < 1 || asked < WHOLE * span.windowBlocks) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${settings.minRequests} requests over a whole window with a load among them, has ${formatNumber(Math.floor(requested.total))} in ${asked} of ${span.windowBlocks} blocks`,
    }
  }
  const load = growthInWindow(evidence.of(questions.loadSeconds).total(subject), span).total / loads
  const [cost, hitRatio] = [looking.total / requested.total, hits.total / requested.total]
  if (cost <= hitRatio * load) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `its hits save ${formatSeconds(hitRatio * load)} a request, and its lookups take ${formatSeconds(cost)}`,
    }
  }
  const curves = cacheCurves(evidence, subject)
  const most = curves === undefined ? 1 : Math.min(reachable(curves.window.entries), reachable(curves.window.ages))
  // Memory in front would spare a shared storage the requests that one process repeats.
  const isInMemory = evidence
    .of(lookupSeconds)
    .rows(subject)
    .some((row) => !isShared(row))
  const left = isInMemory ? cost : cost * (1 - most)
  if (left <= Math.max(hitRatio, most) * load) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `with more room, a longer time to live, or memory in front it would be worth its lookups, as ${formatShare(most)} of the requests repeat`,
    }
  }
  const amounts = requests.map((count, index) =>
    count === undefined || lookups[index] === undefined ? undefined : lookups[index] - (served[index] ?? 0) * load,
  )
  const floor = HIT_RATIO_FLOOR * load * requested.perSecond + LOOKUPS_FLOOR * looking.perSecond
  const seconds = amounts.map((amount) => (amount === undefined ? undefined : span.blockSeconds))
  const found = estimate({ amounts, requests: seconds, windowBlocks: span.windowBlocks, floor })
  if (found === undefined) return { kind: 'notEnoughData', subject, needs: 'requests in at least three blocks of the window' }
  const saving = { unit: 's/s', ...found } as const
  const [variable, name] = [identifier(subject.name), JSON.stringify(subject.name)]
  return {
    kind: 'finding',
    subject,
    title: `Remove the cache ${subject.name}`,
    advice: `Call the function behind ${subject.name} without a cache, profiled under the same name.`,
    saving,
    evidence: [
      `${formatNumber(Math.round(requested.total))} requests, ${formatNumber(requested.perSecond)} a second; looking takes ${formatSeconds(cost)} for each, and a load ${formatSeconds(load)}.`,
      `Only ${formatShare(hitRatio)} were served, which saves ${formatSeconds(hitRatio * load)} a request; without limits one process would repeat ${formatShare(most)}.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: [
      `import { profiled } from '@pitwall/sdk'`,
      ``,
      `// was: cached(${variable}, { name: ${name}, … })`,
      `export const ${variable}Profiled = profiled(${variable}, { name: ${name} })`,
      ``,
    ].join('\n'),
    change: { cached: 'false' },
  }
}

function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const index = removedAt(evidence, subject)
  return index === undefined ? undefined : Math.max(createdAt, blockStart(evidence.span, index))
}

const runbook = `# Remove a cache that costs more than it saves

## What it means
Nearly every request is loaded anyway, or loading takes no longer than looking. The lookups then only add to what requests wait for, and the entries take memory.

## How the saving is computed
\`${cacheCosts.lookupTime.name}\` is the time that lookups took: in a shared storage the time until it answered, in memory the time to make the keys and 0.2 µs for each request (assumed, less than what was measured). Every request that was served would have been a load.

    saving = seconds of lookups in each second − requests served/s × mean load time

The memory that the entries return is not counted: it comes on top. The interval comes from the differences between the blocks of the window and between earlier windows.

## When it does not apply
- More room, a longer time to live, or memory in front of a shared storage would make it worth its lookups: \`${reuse.distance.name}\` says how many requests repeat at all.
- The cache has not been asked over a whole window: it may be warming up.
- It protects what is behind it, from load or from outages (\`grace\`): that has no seconds, and is yours to judge.
- What is behind it is slower when it is asked more often.

## How to verify it
Take \`cached\` away and put \`profiled\` with the same name in its place. When the function is called and the cache is not asked any more, Pitwall takes the change as made, and compares the seconds of a call with those of a load and a lookup before.
`

const name = { 'pitwall.cache.name': 'geocode' } as const
const tier = { ...name, 'pitwall.cache.tier': 'redis' } as const

/** A cache in Redis that gets 50 requests a second, whose lookups take 4 ms, with so many hits, and loads of so many seconds. */
function asked(hitRatio: number, loadSeconds: number, repeated = hitRatio, perSecond = 50): WrittenSeries[] {
  const requests = (result: string, share: number): WrittenSeries =>
    written(cache.requests, { ...tier, 'pitwall.cache.backend': 'redis', 'pitwall.cache.result': result }, share * perSecond)
  return [
    requests('hit', hitRatio),
    requests('miss', 1 - hitRatio),
    written(cacheCosts.lookupTime, tier, perSecond * 0.004),
    ...writtenMean(cache.loadDuration, name, perSecond * (1 - hitRatio), loadSeconds),
    ...writtenReuse('geocode', 'cache', perSecond, { entries: { 100_000: repeated }, seconds: { 86_400: repeated } }),
  ]
}

export default {
  title: 'Remove a cache that costs more than it saves',
  effort: 'minutes',
  subjectKind: 'cache',
  questions: [...benefitCostQuestions, questions.loads, questions.reuseDistance, questions.reuseAge],
  costQuestions: benefitCostQuestions,
  evaluate: judgeEach(lookupSeconds, judge),
  appliedAt,
  hasControls: false,
  cost: costWithoutCache,
  runbook,
  cases: [
    { title: 'loads are no slower than lookups, and most requests load', says: 'finding', series: asked(0.2, 0.005) },
    { title: 'few hits, each of which saves much', says: 'notAdvised', series: asked(0.2, 0.5) },
    { title: 'few hits for lack of time or room', says: 'notAdvised', series: asked(0.2, 0.005, 0.95) },
    { title: 'a handful of requests', says: 'notEnoughData', series: asked(0.2, 0.005, 0.2, 0.01) },
    { title: 'a cache that is hardly asked', says: 'notAdvised', series: asked(0.2, 0.005, 0.2, 1) },
  ],
} satisfies Rule
