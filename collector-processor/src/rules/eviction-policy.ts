import { cache, reuse } from '@pitwall/sdk/contract'
import { hitRatios } from '../prediction/cache-curves.ts'
import { cacheSaving } from '../prediction/cache-saving.ts'
import { evictedFor, loadCost, loadCostQuestions, type MemoryCache, memoryCache, memoryCacheQuestions } from '../prediction/memory-cache.ts'
import { hitRatioAt, jointHitRatio } from '../prediction/miss-ratio-curve.ts'
import { blockStart, type Evidence, indexAt } from '../prometheus/evidence.ts'
import { select } from '../prometheus/promql.ts'
import { level } from '../prometheus/question.ts'
import { aCache, questions } from '../prometheus/questions.ts'
import { type Blocks, labelOf, lastOf, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenLevel, writtenMean, writtenReuse, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Proposal, type Rule } from './rule.ts'

/** A smaller difference in hit ratio is within what the curve and the warm-up of processes account for. */
const MIN_DIFFERENCE = 0.03

/** The time to live must leave so much more than the room does, or entries that expired are taken for ones that were evicted. */
const ROOM_LIMITS = 1.1

/** Results of requests that the reuse curve counts as served. */
const served = new Set(['hit', 'stale', 'coalesced'])

/** Bytes that the values of a cache may take: then not its entries limit it, and the curve does not tell what fits. */
const bytesLimit = level('min', select(cache.sizeLimit), aCache)

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const found = memoryCache(evidence, subject)
  const evicted = evictedFor(evidence, subject, 'size')
  if (found === undefined || found.limits.entries === Infinity || evicted <= 0) return undefined
  if (lastOf(evidence.of(bytesLimit).total(subject)) !== undefined) return undefined
  const { curves, limits, requested, loadSeconds } = found
  if (requested.total < settings.minRequests) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${formatNumber(Math.floor(requested.total))} requests in the window, needs ${settings.minRequests}`,
    }
  }
  if (loadSeconds === undefined) return { kind: 'notEnoughData', subject, needs: 'a load in the window, to know how long one takes' }
  const { entries, ages } = curves.window
  const withLru = jointHitRatio(entries, ages, limits)
  if (hitRatioAt(ages, limits.seconds) < ROOM_LIMITS * hitRatioAt(entries, limits.entries)) return undefined
  if (evictedFor(evidence, subject, 'invalidated') > 0.01 * requested.total) return undefined
  const measured = sumOf(servedBlocks(evidence, subject).slice(-span.windowBlocks)) / requested.total
  if (withLru - measured < MIN_DIFFERENCE) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `its eviction policy serves ${formatShare(measured)} of the requests, and least-recently-used would serve ${formatShare(withLru)}`,
    }
  }
  const saving = cacheSaving({ requests: found.requests, savedPerRequest: savedByPolicy(evidence, subject, found), loadSeconds }, span)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'requests in at least three blocks of the window' }
  return {
    kind: 'finding',
    subject,
    title: `Let ${subject.name} evict what was used least recently`,
    advice: `Set eviction of ${subject.name} to 'lru'.`,
    saving,
    evidence: [
      `${formatNumber(Math.round(requested.total))} requests, ${formatNumber(requested.perSecond)} a second; a load takes ${formatSeconds(loadSeconds)}.`,
      `${formatNumber(Math.round(evicted))} entries had to leave for room in the window.`,
      `${formatShare(measured)} of the requests were served; with the same ${limits.entries} entries and least-recently-used eviction it would be ${formatShare(withLru)}.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: `const ${identifier(subject.name)} = cached(load, { name: ${JSON.stringify(subject.name)}, maxEntries: ${limits.entries}, eviction: 'lru' })\n`,
    change: { eviction: 'lru' },
  }
}

function servedBlocks(evidence: Evidence, subject: Subject): Blocks {
  return evidence.of(questions.cacheRequests).total(subject, (row) => served.has(labelOf(row, 'pitwall.cache.result')))
}

/** Seconds that each request would save with the same limits and the policy of the curve, block by block. */
function savedByPolicy(evidence: Evidence, subject: Subject, { curves, limits, requests, loadSeconds = 0 }: MemoryCache): Blocks {
  const hits = servedBlocks(evidence, subject)
  return hitRatios(curves, limits).map((ratio, index) => {
    const count = requests[index]
    return ratio === undefined || !count ? undefined : (ratio - (hits[index] ?? 0) / count) * loadSeconds
  })
}

/** The policy in use is not exported: the change is seen when three blocks in a row serve most of what was promised. */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const { span } = evidence
  const found = memoryCache(evidence, subject)
  if (found === undefined) return undefined
  const from = indexAt(span, createdAt)
  const hits = servedBlocks(evidence, subject)
  const ratio = (index: number): number => (hits[index] ?? 0) / Math.max(found.requests[index] ?? 0, 1)
  const before = Math.max(0, ...hits.slice(0, from + 1).map((_, index) => ratio(index)))
  const expected = hitRatios(found.curves, found.limits)
  const isBetter = (index: number): boolean => (found.requests[index] ?? 0) > 0 && ratio(index) > (before + (expected[index] ?? 1)) / 2
  let first = span.blocks
  while (first - 1 > from && isBetter(first - 1)) first--
  return span.blocks - first >= 3 ? Math.max(createdAt, blockStart(span, first)) : undefined
}

const runbook = `# Evict what was used least recently

## What it means
The cache is full, and what it throws out to make room is asked for again sooner than what it keeps. With the same room, another choice of what goes would serve more requests.

## How the saving is computed
\`${reuse.distance.name}\` of the cache says what a cache of as many entries that evicts the least recently used one would have served. The rule compares it with what was served in fact (\`${cache.requests.name}\`, results \`hit\`, \`stale\` and \`coalesced\`), whatever the policy in use is.

    saving = requests/s × (hit ratio by the curve − measured hit ratio) × mean load time

The interval comes from the differences between the blocks of the window and between earlier windows.

## When it does not apply
- The measured hit ratio is within three points of the curve, or above it: \`tinylfu\`, \`s3fifo\` and \`auto\` often serve more than least-recently-used does.
- No entry left for lack of room, or the time to live is what limits the hits.
- Entries are invalidated by the agent, or the bytes of the values are bounded and not the number of entries.
- Processes that have just started: their caches are not full yet.

## How to verify it
Set \`eviction\` to \`'lru'\`, or to \`'auto'\`, which chooses while it runs. Pitwall sees that the cache serves most of what was promised, waits until it is warm, and compares the seconds of loading per request with those before.
`

const name = { 'pitwall.cache.name': 'pages' } as const
const inMemory = { ...name, 'pitwall.cache.backend': 'memory' } as const
const working = { entries: { 100: 0.6, 1_000: 0.9 }, seconds: { 60: 0.95, 86_400: 0.95 } }

/** A full cache of 100 entries that gets 20 requests a second, serves so much of them, and loads for 50 ms. */
function serving(hitRatio: number, curve: Parameters<typeof writtenReuse>[3] = working, invalidated = 0): WrittenSeries[] {
  return [
    writtenLevel(cache.entryLimit, inMemory, 100),
    writtenLevel(cache.ttl, inMemory, 600),
    written(cache.requests, { ...inMemory, 'pitwall.cache.result': 'miss' }, 20 * (1 - hitRatio)),
    written(cache.requests, { ...inMemory, 'pitwall.cache.result': 'hit' }, 20 * hitRatio),
    written(cache.evictions, { ...name, 'pitwall.cache.eviction.reason': 'size' }, 8),
    written(cache.evictions, { ...name, 'pitwall.cache.eviction.reason': 'invalidated' }, invalidated),
    ...writtenMean(cache.loadDuration, name, 20 * (1 - hitRatio), 0.05),
    ...writtenReuse('pages', 'cache', 20, curve),
  ]
}

export default {
  title: 'Evict what was used least recently',
  effort: 'minutes',
  subjectKind: 'cache',
  questions: [...memoryCacheQuestions, questions.evictions, bytesLimit],
  costQuestions: loadCostQuestions,
  evaluate: judgeEach(questions.entryLimit, judge),
  appliedAt,
  hasControls: true,
  cost: loadCost,
  runbook,
  cases: [
    { title: 'serves 40 % where the curve says 60 %', says: 'finding', series: serving(0.4) },
    { title: 'serves what the curve says', says: 'notAdvised', series: serving(0.6) },
    { title: 'serves more than the curve says', says: 'notAdvised', series: serving(0.7) },
    {
      title: 'the time to live limits the hits',
      says: 'nothing',
      series: serving(0.4, { entries: working.entries, seconds: { 600: 0.6, 86_400: 0.95 } }),
    },
    { title: 'entries are invalidated by the agent', says: 'nothing', series: serving(0.4, working, 4) },
    {
      title: 'the bytes of the values are bounded',
      says: 'nothing',
      series: [...serving(0.4), writtenLevel(cache.sizeLimit, inMemory, 1_000_000)],
    },
  ],
} satisfies Rule
