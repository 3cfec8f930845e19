import { cache, reuse } from '@pitwall/sdk/contract'
import { cacheSaving } from '../prediction/cache-saving.ts'
import {
  evictedFor,
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
import { blockStart, type Evidence, indexAt } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenLevel, writtenMean, writtenReuse, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Proposal, type Rule } from './rule.ts'

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const evicted = evictedFor(evidence, subject, 'size')
  const found = memoryCache(evidence, subject)
  if (found === undefined || found.limits.entries === Infinity || evicted <= 0) return undefined
  const { requested, loadSeconds, limits, curves } = found
  if (requested.total < settings.minRequests || loadSeconds === undefined) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${formatNumber(Math.floor(requested.total))} requests in the window, needs ${settings.minRequests}`,
    }
  }
  const { entries, ages } = curves.window
  // What a cache without a limit on entries would reach under the time to live that it has.
  const most = Math.min(reachable(entries), hitRatioAt(ages, limits.seconds))
  const now = jointHitRatio(entries, ages, limits)
  const size = smallestReaching(entries, settings.reach * most, limits.entries + 1)
  if (now >= GOOD_ENOUGH * most || size === undefined) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `it reaches ${formatShare(now)} of at most ${formatShare(most)} hits with its ${limits.entries} entries`,
    }
  }
  const proposed = { ...limits, entries: size }
  const saving = cacheSaving({ requests: found.requests, savedPerRequest: savedByLimits(found, proposed), loadSeconds }, evidence.span)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'requests in at least three blocks of the window' }
  return {
    kind: 'finding',
    subject,
    title: `Enlarge the cache ${subject.name}`,
    advice: `Raise maxEntries of ${subject.name} from ${limits.entries} to ${size}.`,
    saving,
    evidence: [
      `${formatNumber(Math.round(requested.total))} requests, ${formatNumber(requested.perSecond)} a second; a load takes ${formatSeconds(loadSeconds)}.`,
      `${formatNumber(Math.round(evicted))} entries had to leave for room in the window.`,
      `${limits.entries} entries serve ${formatShare(now)} of the requests, ${size} would serve ${formatShare(jointHitRatio(entries, ages, proposed))}; no more than ${formatShare(most)} can be served.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: `const ${identifier(subject.name)} = cached(load, { name: ${JSON.stringify(subject.name)}, maxEntries: ${size} }) // was ${limits.entries}\n`,
    change: { maxEntries: size },
  }
}

function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const index = riseAt(limitBlocks(evidence, questions.entryLimit, subject), indexAt(evidence.span, createdAt))
  return index === undefined ? undefined : Math.max(createdAt, blockStart(evidence.span, index))
}

const runbook = `# Enlarge a cache that is too small for its working set

## What it means
The cache throws entries out to make room, and they are asked for again soon after. With more room those requests would be hits.

## How the saving is computed
\`${reuse.distance.name}\` of the cache is its miss-ratio curve: the bucket \`le = N\` counts the requests that N entries would have served. The rule compares the present limit with the smallest larger size that reaches 95 % of what is reachable under the present time to live.

    saving = requests/s × (hit ratio with the new size − hit ratio with the present one) × mean load time

The curve is that of least-recently-used eviction, per process. The interval comes from the differences between the blocks of the window and between earlier windows.

## When it does not apply
- No entry left for lack of room, or the time to live is what limits the hits (see \`short-ttl\`).
- The working set is far larger than any cache: the curve is flat, and more room would not help.
- The entries are large: the new size times their size must fit into memory. Pitwall does not know the size of your values.
- A hybrid cache: what its memory tier misses, its shared tier may still have.

## How to verify it
Raise \`maxEntries\`. Pitwall sees the new limit, waits until the cache is warm, and compares the seconds of loading per request with those before.
`

const name = { 'pitwall.cache.name': 'policy' } as const
const inMemory = { ...name, 'pitwall.cache.backend': 'memory' } as const
const working = { entries: { 10: 0.3, 50: 0.9 }, seconds: { 60: 0.95, 86_400: 0.95 } }

/** A cache of ten entries that gets 20 requests a second and loads for 50 ms. */
function tenEntries(curve: Parameters<typeof writtenReuse>[3], evictions: number): WrittenSeries[] {
  return [
    writtenLevel(cache.entryLimit, inMemory, 10),
    writtenLevel(cache.ttl, inMemory, 600),
    written(cache.requests, { ...inMemory, 'pitwall.cache.result': 'miss' }, 14),
    written(cache.requests, { ...inMemory, 'pitwall.cache.result': 'hit' }, 6),
    written(cache.evictions, { ...name, 'pitwall.cache.eviction.reason': 'size' }, evictions),
    ...writtenMean(cache.loadDuration, name, 14, 0.05),
    ...writtenReuse('policy', 'cache', 20, curve),
  ]
}

export default {
  title: 'Enlarge a cache that is too small for its working set',
  effort: 'minutes',
  subjectKind: 'cache',
  questions: [...memoryCacheQuestions, questions.evictions],
  costQuestions: loadCostQuestions,
  evaluate: judgeEach(questions.entryLimit, judge),
  appliedAt,
  hasControls: true,
  cost: loadCost,
  runbook,
  cases: [
    { title: 'ten entries for a working set of fifty', says: 'finding', series: tenEntries(working, 13) },
    { title: 'nothing had to leave for room', says: 'nothing', series: tenEntries(working, 0) },
    {
      title: 'keys that come back after more than any cache holds',
      says: 'notAdvised',
      series: tenEntries({ entries: { 10: 0.3, 100_000: 0.3 }, seconds: { 60: 0.95, 86_400: 0.95 } }, 13),
    },
    {
      title: 'entries expire before they could be asked for again',
      says: 'notAdvised',
      series: tenEntries({ entries: working.entries, seconds: { 600: 0.3, 86_400: 0.95 } }, 13),
    },
    {
      title: 'a shared tier behind the memory',
      says: 'nothing',
      series: tenEntries(working, 13).map((series) =>
        series.level === undefined
          ? series
          : { ...series, labels: writtenLevel(cache.entryLimit, { ...name, 'pitwall.cache.backend': 'hybrid' }, 10).labels },
      ),
    },
  ],
} satisfies Rule
