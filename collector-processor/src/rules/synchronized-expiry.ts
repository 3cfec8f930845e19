import { cache, cacheCosts } from '@pitwall/sdk/contract'
import { estimate } from '../prediction/estimate.ts'
import { loadCost, loadCostQuestions, riseAt } from '../prediction/memory-cache.ts'
import { growthInWindow } from '../prediction/window.ts'
import { blockStart, type Evidence, indexAt } from '../prometheus/evidence.ts'
import { select } from '../prometheus/promql.ts'
import { growth, level } from '../prometheus/question.ts'
import { aCache, questions } from '../prometheus/questions.ts'
import { lastOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenLevel, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Proposal, type Rule } from './rule.ts'

/** Share of the time to live by which entries are let expire earlier at most, by chance. */
const JITTER = 0.2

/** They are then loaded so many times as often: their mean time to live is shorter by half of that. */
const MORE_LOADS = 1 / (1 - JITTER / 2)

/** Share of what loads take longer that may stay, because jitter parts them step by step and not for good (assumed; seen in simulations: 0 to 0.1). */
const MAY_STAY = 0.1

/** Fewer of the loads than this in bursts are chance. */
const MIN_SHARE = 0.2

/** Fewer loads outside of bursts than this do not tell what one takes there. */
const MIN_CALM = 30

/** Loads in bursts, and the seconds that they took. */
export const burstLoads = growth(select(cacheCosts.burstLoads), aCache)
export const burstSeconds = growth(select(cacheCosts.burstLoadTime), aCache)
/** The jitter that is set; the least while a change is rolled out. */
export const jitter = level('min', select(cacheCosts.jitter), aCache)

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const [loads, seconds] = [evidence.of(burstLoads).total(subject), evidence.of(burstSeconds).total(subject)]
  const [inBursts, burstTime] = [growthInWindow(loads, span).total, growthInWindow(seconds, span).total]
  const all = growthInWindow(evidence.of(questions.loads).total(subject), span).total
  if (inBursts <= 0) return undefined
  const set = lastOf(evidence.of(jitter).total(subject)) ?? 0
  if (set > 0) return { kind: 'notAdvised', subject, reason: `its entries expire at different times already (jitter ${formatNumber(set)})` }
  if (inBursts < MIN_SHARE * all) {
    return { kind: 'notAdvised', subject, reason: `only ${formatShare(inBursts / all)} of its loads come in bursts` }
  }
  const calmLoads = all - inBursts
  if (all < settings.minRequests || calmLoads < MIN_CALM) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${formatNumber(Math.max(0, Math.floor(calmLoads)))} loads outside of bursts in the window, needs ${MIN_CALM}`,
    }
  }
  const calm = Math.max(0, growthInWindow(evidence.of(questions.loadSeconds).total(subject), span).total - burstTime) / calmLoads
  const inBurst = burstTime / inBursts
  if (inBurst <= MORE_LOADS * calm) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `its loads take ${formatSeconds(inBurst)} in bursts, and ${formatSeconds(calm)} otherwise`,
    }
  }
  const amounts = seconds.map((value, index) => (value === undefined ? undefined : value - (loads[index] ?? 0) * MORE_LOADS * calm))
  const wanted = amounts.map((amount) => (amount === undefined ? undefined : span.blockSeconds))
  // What a load takes outside of bursts is the mean of so many, which differ by about as much as they take.
  const floor = (inBursts / (span.windowBlocks * span.blockSeconds)) * MORE_LOADS * (calm / Math.sqrt(calmLoads)) * 2
  const found = estimate({ amounts, requests: wanted, windowBlocks: span.windowBlocks, floor })
  if (found === undefined) return { kind: 'notEnoughData', subject, needs: 'measurements in at least three blocks of the window' }
  const { lower, likely, upper } = found
  const saving = { unit: 's/s', lower: lower - MAY_STAY * likely, likely: likely * (1 - MAY_STAY / 2), upper } as const
  return {
    kind: 'finding',
    subject,
    title: `Let the entries of ${subject.name} expire at different times`,
    advice: `Set jitter: ${JITTER} for ${subject.name}.`,
    saving,
    evidence: [
      `${formatNumber(Math.round(all))} loads in the window, ${formatShare(inBursts / all)} of them in bursts, because entries expire at the same time.`,
      `A load takes ${formatSeconds(inBurst)} in a burst, and ${formatSeconds(calm)} otherwise.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: `const ${identifier(subject.name)} = cached(load, { name: ${JSON.stringify(subject.name)}, jitter: ${JITTER} }) // of its time to live\n`,
    change: { jitter: JITTER },
  }
}

function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const index = riseAt(evidence.of(jitter).total(subject), indexAt(evidence.span, createdAt))
  return index === undefined ? undefined : Math.max(createdAt, blockStart(evidence.span, index))
}

const runbook = `# Let entries expire at different times

## What it means
Entries that were loaded together expire together, and are loaded together again. The loads are in each other's way then: they take longer than loads that come one by one.

## How the saving is computed
The SDK counts loads that replace what had expired a tenth of its time to live ago or less, and of those the ones in a second with at least eight of them and five times the usual number (\`${cacheCosts.burstLoads.name}\`, \`${cacheCosts.burstLoadTime.name}\`).

    saving = loads in bursts/s × (their mean time − ${MORE_LOADS.toFixed(2)} × mean time of the other loads)

With \`jitter: ${JITTER}\` an entry lives up to a fifth shorter, by chance, so that there are ${MORE_LOADS.toFixed(2)} times as many loads. Up to a tenth of the saving may not come, because loads are parted step by step: the interval has that, and comes from the differences between the blocks of the window and between earlier windows.

## When it does not apply
- Loads take no longer in bursts: then bursts do no harm that Pitwall can see.
- Everything is asked in one batch that comes less often than entries expire: jitter cannot part what is asked at once.
- Loads in bursts are of other keys, which take longer at any time.
- A time to live so long that a window has only a few bursts: the interval is too wide then.
- Namespaces of a cache, which may have the same keys: their loads are not looked at.

## How to verify it
Set \`jitter\`. Pitwall sees it (\`${cacheCosts.jitter.name}\`), waits until loads are parted, and compares the seconds of loading per request with those before.
`

const name = { 'pitwall.cache.name': 'rates' } as const

/** A cache that loads twice a second, so many of these in bursts, where a load takes so long; otherwise it takes 0.1 s. */
function loading(share: number, burstLoadSeconds: number, isSet = 0): WrittenSeries[] {
  const perSecond = 2
  return [
    written(
      cache.requests,
      { ...name, 'pitwall.cache.backend': 'memory', 'pitwall.cache.tier': 'memory', 'pitwall.cache.result': 'miss' },
      perSecond,
    ),
    written(cacheCosts.burstLoads, name, perSecond * share),
    written(cacheCosts.burstLoadTime, name, perSecond * share * burstLoadSeconds),
    ...writtenMean(cache.loadDuration, name, perSecond, share * burstLoadSeconds + (1 - share) * 0.1),
    writtenLevel(cacheCosts.jitter, name, isSet),
  ]
}

export default {
  title: 'Let entries expire at different times',
  effort: 'minutes',
  subjectKind: 'cache',
  questions: [burstLoads, burstSeconds, jitter, questions.loads, questions.loadSeconds],
  costQuestions: loadCostQuestions,
  evaluate: judgeEach(burstLoads, judge),
  appliedAt,
  hasControls: true,
  cost: loadCost,
  runbook,
  cases: [
    { title: 'loads take five times as long in bursts', says: 'finding', series: loading(0.6, 0.5) },
    { title: 'loads take no longer in bursts', says: 'notAdvised', series: loading(0.6, 0.1) },
    { title: 'a burst now and then', says: 'notAdvised', series: loading(0.05, 0.5) },
    { title: 'no loads outside of bursts to compare with', says: 'notEnoughData', series: loading(1, 0.5) },
    { title: 'jitter is set already', says: 'notAdvised', series: loading(0.6, 0.5, 0.1) },
    { title: 'loads that are spread over time', says: 'nothing', series: loading(0, 0) },
  ],
} satisfies Rule
