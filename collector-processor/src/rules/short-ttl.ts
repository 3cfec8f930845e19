import { cache, reuse } from '@pitwall/sdk/contract'
import { cacheSaving } from '../prediction/cache-saving.ts'
import { comparedResults } from '../prediction/compared-results.ts'
import {
  GOOD_ENOUGH,
  limitBlocks,
  loadCost,
  loadCostQuestions,
  memoryCache,
  memoryCacheQuestions,
  riseAt,
  savedByLimits,
} from '../prediction/memory-cache.ts'
import { hitRatioAt, jointHitRatio, reachable, smallestReaching } from '../prediction/miss-ratio-curve.ts'
import { judgeResults } from '../prediction/safety.ts'
import { blockStart, type Evidence, indexAt } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenLevel, writtenMean, writtenReuse, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { durationLiteral, formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Proposal, type Rule } from './rule.ts'

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const found = memoryCache(evidence, subject)
  if (found === undefined || found.limits.seconds === Infinity) return undefined
  const { requested, loadSeconds, limits, curves } = found
  if (requested.total < settings.minRequests) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${formatNumber(Math.floor(requested.total))} requests in the window, needs ${settings.minRequests}`,
    }
  }
  const { entries, ages } = curves.window
  const proposable = curves.proposableAges
  // What the longest time to live that the evidence can speak of would reach with the room that there is.
  const most = Math.min(hitRatioAt(entries, limits.entries), reachable(proposable))
  const now = jointHitRatio(entries, ages, limits)
  const seconds = smallestReaching(proposable, settings.reach * most, nextAbove(proposable.edges, limits.seconds))
  if (now >= GOOD_ENOUGH * most || seconds === undefined || loadSeconds === undefined) return undefined
  const safety = judgeResults(comparedResults(evidence, subject), settings.allowedStaleness)
  if (safety.kind === 'unsafe') {
    return { kind: 'notAdvised', subject, reason: `its values change while they are cached: ${safety.reason} when they were loaded again` }
  }
  const proposed = { ...limits, seconds }
  const saving = cacheSaving({ requests: found.requests, savedPerRequest: savedByLimits(found, proposed), loadSeconds }, evidence.span)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'requests in at least three blocks of the window' }
  const [was, becomes] = [durationLiteral(limits.seconds), durationLiteral(seconds)]
  const sure = safety.kind === 'safe'
  return {
    kind: 'finding',
    subject,
    title: sure ? `Keep the entries of ${subject.name} longer` : `Investigate whether ${subject.name} may keep its entries longer`,
    advice: `${sure ? 'Raise' : 'If its values stay right for so long, raise'} ttl of ${subject.name} from ${was} to ${becomes}.`,
    effort: sure ? 'minutes' : 'hours',
    saving,
    evidence: [
      `${formatNumber(Math.round(requested.total))} requests, ${formatNumber(requested.perSecond)} a second; a load takes ${formatSeconds(loadSeconds)}.`,
      `A time to live of ${was} serves ${formatShare(now)} of them, ${becomes} would serve ${formatShare(jointHitRatio(entries, ages, proposed))}; no more than ${formatShare(most)} can be served.`,
      sure ? `${safety.evidence} when they were loaded again.` : `Not proven safe: ${safety.reason}.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: `const ${identifier(subject.name)} = cached(load, { name: ${JSON.stringify(subject.name)}, ttl: '${becomes}' }) // was ${was}\n`,
    change: { ttlSeconds: seconds },
  }
}

function nextAbove(edges: readonly number[], value: number): number {
  return edges.find((edge) => edge > value) ?? Infinity
}

function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const index = riseAt(limitBlocks(evidence, questions.ttl, subject), indexAt(evidence.span, createdAt))
  return index === undefined ? undefined : Math.max(createdAt, blockStart(evidence.span, index))
}

const runbook = `# Keep the entries of a cache longer

## What it means
Entries expire and are loaded again soon after, although the loaded value is the one that was thrown away.

## How the saving is computed
\`${reuse.age.name}\` of the cache counts, in the bucket \`le = T\`, the requests that it would have served with a time to live of T seconds from insertion. The rule compares the present time to live with the shortest longer one that reaches 95 % of what is reachable with the present number of entries.

    saving = requests/s × (hit ratio with the new time to live − hit ratio with the present one) × mean load time

Whenever an entry is loaded again, the SDK compares the new value with the old one (\`${reuse.checks.name}\`). Only when they are the same, by the lower end of a 95 % interval, at least 99 times in 100, the advice is to raise the time to live; with less evidence it is to investigate; when they differ there is none.

## When it does not apply
- The time to live is short on purpose: prices, balances, anything whose latest value matters more than its speed. Silence the alert then.
- The room limits the hits, not the time (see \`undersized-cache\`).
- Reloaded values differ.

## How to verify it
Raise \`ttl\`. Pitwall sees the new value, waits until the cache is warm, and compares the seconds of loading per request with those before.
`

const name = { 'pitwall.cache.name': 'rates' } as const
const inMemory = { ...name, 'pitwall.cache.backend': 'memory' } as const
const returning = { entries: { 100: 0.95, 100_000: 0.95 }, seconds: { 2: 0.2, 60: 0.9, 86_400: 0.95 } }

/** A cache of 1,000 entries that live two seconds, gets 20 requests a second and loads for 50 ms. */
function twoSeconds(
  curve: Parameters<typeof writtenReuse>[3],
  checks: { readonly same: number; readonly different: number },
): WrittenSeries[] {
  const compared = (outcome: string, perSecond: number): WrittenSeries =>
    written(reuse.checks, { 'pitwall.subject': 'rates', 'pitwall.subject.kind': 'cache', 'pitwall.reuse.same': outcome }, perSecond)
  return [
    writtenLevel(cache.entryLimit, inMemory, 1_000),
    writtenLevel(cache.ttl, inMemory, 2),
    written(cache.requests, { ...inMemory, 'pitwall.cache.result': 'miss' }, 16),
    written(cache.requests, { ...inMemory, 'pitwall.cache.result': 'hit' }, 4),
    ...writtenMean(cache.loadDuration, name, 16, 0.05),
    ...writtenReuse('rates', 'cache', 20, curve),
    compared('true', checks.same),
    compared('false', checks.different),
  ]
}

export default {
  title: 'Keep the entries of a cache longer',
  effort: 'minutes',
  subjectKind: 'cache',
  questions: [...memoryCacheQuestions, questions.reuseChecks],
  costQuestions: loadCostQuestions,
  evaluate: judgeEach(questions.ttl, judge),
  appliedAt,
  hasControls: true,
  cost: loadCost,
  runbook,
  cases: [
    { title: 'reloads bring back what was thrown away', says: 'finding', series: twoSeconds(returning, { same: 10, different: 0 }) },
    { title: 'nothing was compared yet', says: 'finding', series: twoSeconds(returning, { same: 0, different: 0 }) },
    { title: 'reloads bring something new', says: 'notAdvised', series: twoSeconds(returning, { same: 5, different: 5 }) },
    {
      title: 'keys that do not come back',
      says: 'nothing',
      series: twoSeconds({ entries: { 100: 0.2, 100_000: 0.2 }, seconds: { 2: 0.2, 86_400: 0.2 } }, { same: 10, different: 0 }),
    },
    {
      title: 'the room limits the hits',
      says: 'nothing',
      series: twoSeconds({ entries: { 1_000: 0.2, 10_000: 0.9 }, seconds: returning.seconds }, { same: 10, different: 0 }),
    },
  ],
} satisfies Rule
