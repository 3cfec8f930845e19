import { cache, reuse } from '@pitwall/sdk/contract'
import { estimate } from '../prediction/estimate.ts'
import { limitBlocks, memoryCache, memoryCacheQuestions, riseAt } from '../prediction/memory-cache.ts'
import { jointHitRatio, smallestReaching } from '../prediction/miss-ratio-curve.ts'
import { blockStart, type Evidence, indexAt, type Span } from '../prometheus/evidence.ts'
import { select } from '../prometheus/promql.ts'
import { level } from '../prometheus/question.ts'
import { aCache, questions } from '../prometheus/questions.ts'
import { type Blocks, lastOf, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenLevel, writtenMean, writtenReuse, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Saving } from '../recommendation/recommendation.ts'
import type { Settings } from '../settings.ts'
import { formatBytes, formatNumber, formatSaving, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, type Cost, judgeEach, type Proposal, type Rule } from './rule.ts'

/** Share of the present hits that the smaller cache has to keep. */
const KEEPS = 0.999

/** A cache that holds less than so many times what it needs is left alone: the set of keys in use grows with time. */
const SPARE = 2

/** So many requests for every entry must have been seen before an entry that nobody asked for counts as not needed. */
const SEEN_PER_ENTRY = 2

/** The sizes of values are estimated, and those that stay need not be the mean ones: share of the saving that is not known. */
const UNSURE = 0.2

/** Entries in the process that holds the fewest. */
export const entryCount = level('min', select(cache.entryCount, { 'pitwall.cache.backend': 'memory' }), aCache)
/** Bytes of the values in all processes together. */
export const bytesHeld = level('sum', select(cache.size, { 'pitwall.cache.backend': 'memory' }), aCache)

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const found = memoryCache(evidence, subject)
  const held = lastOf(evidence.of(entryCount).total(subject))
  if (found === undefined || held === undefined || held <= 0) return undefined
  const seen = sumOf(found.requests)
  const needed = Math.max(settings.minRequests, SEEN_PER_ENTRY * held)
  if (seen < needed) {
    return { kind: 'notEnoughData', subject, needs: `${formatNumber(Math.floor(seen))} requests, needs ${formatNumber(Math.ceil(needed))}` }
  }
  const { entries, ages } = found.curves.window
  const now = jointHitRatio(entries, ages, { ...found.limits, entries: held })
  const smallest = smallestReaching(entries, KEEPS * now)
  const size = entries.edges.find((edge) => edge > (smallest ?? Infinity))
  if (now <= 0 || size === undefined || size * SPARE > held) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `it serves ${formatShare(now)} of the requests with the ${formatNumber(held)} entries it holds`,
    }
  }
  const bytes = evidence.of(bytesHeld).total(subject)
  const saving = bytesSaved(bytes, 1 - size / held, span)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'its bytes in at least three blocks of the window' }
  const kept = jointHitRatio(entries, ages, { ...found.limits, entries: size })
  return {
    kind: 'finding',
    subject,
    title: `Shrink the cache ${subject.name}`,
    advice: `Set maxEntries of ${subject.name} to ${size}.`,
    saving,
    evidence: [
      `Each process holds at least ${formatNumber(held)} entries; all together they take ${formatBytes(lastOf(bytes) ?? 0)}.`,
      `They serve ${formatShare(now)} of ${formatNumber(Math.round(found.requested.total))} requests, and ${size} entries would serve ${formatShare(kept)}.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: `const ${identifier(subject.name)} = cached(load, { name: ${JSON.stringify(subject.name)}, maxEntries: ${size} }) // holds ${held}\n`,
    change: { maxEntries: size },
  }
}

function bytesSaved(bytes: Blocks, share: number, span: Span): Saving | undefined {
  const amounts = timesSeconds(bytes, span).map((value) => (value === undefined ? undefined : value * share))
  const likely = (lastOf(bytes) ?? 0) * share
  const found = estimate({ amounts, requests: secondsOf(bytes, span), windowBlocks: span.windowBlocks, floor: UNSURE * likely })
  return found === undefined ? undefined : { unit: 'By', ...found }
}

function timesSeconds(level: Blocks, { blockSeconds }: Span): Blocks {
  return level.map((value) => (value === undefined ? undefined : value * blockSeconds))
}

function secondsOf(level: Blocks, { blockSeconds }: Span): Blocks {
  return level.map((value) => (value === undefined ? undefined : blockSeconds))
}

function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const falling = limitBlocks(evidence, questions.entryLimit, subject).map((value) => (value === undefined ? undefined : -value))
  const index = riseAt(falling, indexAt(evidence.span, createdAt))
  return index === undefined ? undefined : Math.max(createdAt, blockStart(evidence.span, index))
}

function cost(evidence: Evidence, subject: Subject): Cost {
  const bytes = evidence.of(bytesHeld).total(subject)
  return { spent: timesSeconds(bytes, evidence.span), requests: secondsOf(bytes, evidence.span) }
}

const runbook = `# Shrink a cache that holds more than is asked for

## What it means
Most of the entries of the cache are never asked for again before they expire or leave. The memory that they take would serve something else better.

## How the saving is computed
\`${reuse.distance.name}\` of the cache says how many requests N entries would have served. The rule looks for the size after the smallest one that keeps 99.9 % of the present hits, and speaks when each process holds at least twice as many (\`${cache.entryCount.name}\`).

    saving = bytes of the values in all processes × (1 − entries needed / entries held)

The interval is never narrower than a fifth of the saving, because the entries that stay may be larger or smaller than the mean. For ranking, a gibibyte counts as \`gibibyteWorth\` seconds saved a second (0.125 by default).

## When it does not apply
- The bytes are not known: only caches with \`maxBytes\` export them (\`${cache.size.name}\`).
- What nobody asked for in the evidence, of five hours by default, is asked for later: at night, at the end of a week.
- Fewer than two requests for every entry were seen.
- Entries of a hybrid cache or of one that is shared: they take memory elsewhere.

## How to verify it
Lower \`maxEntries\`. Pitwall sees the lower limit, waits until the cache is warm, and compares the bytes that it holds with those before.
`

const name = { 'pitwall.cache.name': 'documents' } as const
const inMemory = { ...name, 'pitwall.cache.backend': 'memory' } as const
const hot = { entries: { 100: 0.9, 100_000: 0.9 }, seconds: { 60: 0.95, 86_400: 0.95 } }

/** A cache that holds 5,000 entries of 200 KB, and gets so many requests a second. */
function holding(curve: Parameters<typeof writtenReuse>[3], perSecond = 40): WrittenSeries[] {
  return [
    writtenLevel(cache.entryLimit, inMemory, 10_000),
    writtenLevel(cache.entryCount, inMemory, 5_000),
    written(cache.requests, { ...inMemory, 'pitwall.cache.result': 'hit' }, perSecond),
    ...writtenMean(cache.loadDuration, name, perSecond / 10, 0.05),
    ...writtenReuse('documents', 'cache', perSecond, curve),
  ]
}
const gigabyte = writtenLevel(cache.size, inMemory, 1e9)

export default {
  title: 'Shrink a cache that holds more than is asked for',
  effort: 'minutes',
  subjectKind: 'cache',
  questions: [...memoryCacheQuestions, entryCount, bytesHeld],
  costQuestions: [bytesHeld],
  evaluate: judgeEach(bytesHeld, judge),
  appliedAt,
  hasControls: false,
  cost,
  runbook,
  cases: [
    { title: 'a gigabyte of which a fiftieth is asked for', says: 'finding', series: [...holding(hot), gigabyte] },
    {
      title: 'all of it is asked for now and then',
      says: 'notAdvised',
      series: [...holding({ entries: { 100: 0.5, 5_000: 0.9 }, seconds: hot.seconds }), gigabyte],
    },
    { title: 'too little was asked for to know', says: 'notEnoughData', series: [...holding(hot, 2), gigabyte] },
    { title: 'small values', says: 'notAdvised', series: [...holding(hot), writtenLevel(cache.size, inMemory, 1e6)] },
    { title: 'bytes that are not known', says: 'nothing', series: holding(hot) },
  ],
} satisfies Rule
