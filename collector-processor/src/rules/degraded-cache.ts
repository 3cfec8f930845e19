import { cache } from '@pitwall/sdk/contract'
import { cacheSaving } from '../prediction/cache-saving.ts'
import { bypassed } from '../prediction/lookups.ts'
import { loadCost, loadCostQuestions } from '../prediction/memory-cache.ts'
import { growthInWindow } from '../prediction/window.ts'
import { blockStart, type Evidence, indexAt } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import { type Blocks, labelOf, type Row, sumOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenLevel, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Proposal, type Rule } from './rule.ts'

/** A storage that fails for less than this share of the requests is as good as storages are. */
const MIN_LOST = 0.01

/** Fewer blocks in trouble than this are an incident that is over, and not a state to change. */
const LASTING = 3

/** What a shared storage did and did not do, block by block. */
interface Trouble {
  readonly requests: Blocks
  /** Requests that it should have answered and did not. */
  readonly lost: Blocks
  /** Share of its answers that were values, 0 to 1, and the number of answers; over all of the evidence. */
  readonly hitRatio: number
  readonly answers: number
}

function trouble(evidence: Evidence, subject: Subject): Trouble {
  const of = (result: string): Blocks =>
    evidence.of(questions.cacheRequests).total(subject, (row) => labelOf(row, 'pitwall.cache.result') === result)
  const [errors, bypasses, misses] = [of('error'), of('bypass'), of('miss')]
  const [open, requests] = [evidence.of(bypassed).total(subject), evidence.of(questions.cacheRequests).total(subject)]
  const isTroubled = (index: number): boolean => (errors[index] ?? 0) > 0 || (open[index] ?? 0) > 0
  const healthy = requests.map((_, index) => index).filter((index) => !isTroubled(index))
  const count = (blocks: Blocks): number => sumOf(healthy.map((index) => blocks[index]))
  // Arguments that make no key are bypasses as well, and would be without any trouble.
  const usual = count(bypasses) / Math.max(1, count(requests))
  // What memory in front of the storage had says nothing of what the storage has.
  const isHit = (row: Row): boolean => labelOf(row, 'pitwall.cache.result') === 'hit' && labelOf(row, 'pitwall.cache.tier') !== 'memory'
  const hits = sumOf(evidence.of(questions.cacheRequests).total(subject, isHit))
  const answers = hits + sumOf(misses)
  return {
    requests,
    lost: requests.map((all, index) => {
      if (all === undefined || !isTroubled(index)) return all === undefined ? undefined : 0
      return (errors[index] ?? 0) + Math.max(0, (bypasses[index] ?? 0) - usual * all)
    }),
    hitRatio: answers > 0 ? hits / answers : 0,
    answers,
  }
}

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const { requests, lost, hitRatio, answers } = trouble(evidence, subject)
  const window = lost.slice(-span.windowBlocks)
  const isLost = (count: number | undefined, index: number): boolean =>
    (count ?? 0) > MIN_LOST * (requests.slice(-span.windowBlocks)[index] ?? 0)
  const [requested, missing] = [growthInWindow(requests, span), sumOf(window)]
  if (missing <= 0) return undefined
  const isOver = !window.some((count, index) => index >= window.length - LASTING && isLost(count, index))
  if (isOver || missing < MIN_LOST * requested.total || window.filter(isLost).length < LASTING) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `its shared storage failed ${formatNumber(Math.ceil(missing))} requests in the window, and does so no longer or seldom`,
    }
  }
  const loads = growthInWindow(evidence.of(questions.loads).total(subject), span).total
  if (answers < settings.minRequests) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${formatNumber(Math.floor(answers))} answers of its shared storage, needs ${settings.minRequests}`,
    }
  }
  if (loads <= 0) return { kind: 'notEnoughData', subject, needs: 'a load in the window, to know how long one takes' }
  const loadSeconds = growthInWindow(evidence.of(questions.loadSeconds).total(subject), span).total / loads
  const savedPerRequest = requests.map((all, index) => (all ? ((lost[index] ?? 0) / all) * hitRatio * loadSeconds : undefined))
  const saving = cacheSaving({ requests, savedPerRequest, loadSeconds }, span)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'requests in at least three blocks of the window' }
  return {
    kind: 'finding',
    subject,
    title: `Get the shared storage of ${subject.name} to answer`,
    advice: `Look at the server behind ${subject.name} and at the way to it; if it is well but slow, give it a longer timeout.`,
    saving,
    evidence: [
      `${formatNumber(Math.round(missing))} of ${formatNumber(Math.round(requested.total))} requests, ${formatShare(missing / requested.total)}, were not answered in time or went past the storage.`,
      `When it answers, it has ${formatShare(hitRatio)} of the values; a load takes ${formatSeconds(loadSeconds)}.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: [
      `import { cached } from '@pitwall/sdk'`,
      `import { redis } from '@pitwall/sdk/backends/redis'`,
      ``,
      `// if the storage is well and only slower than the default of 40 ms`,
      `const ${identifier(subject.name)} = cached(load, { name: ${JSON.stringify(subject.name)}, backend: redis({ timeout: '200ms' }) })`,
      ``,
    ].join('\n'),
    change: {},
  }
}

/** The change is seen when the cache is asked and nothing of it is lost for three blocks. */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const { span } = evidence
  const { requests, lost } = trouble(evidence, subject)
  const from = indexAt(span, createdAt)
  let first = span.blocks
  const isWell = (index: number): boolean => (requests[index] ?? 0) > 0 && (lost[index] ?? 0) <= MIN_LOST * (requests[index] ?? 0)
  while (first - 1 > from && isWell(first - 1)) first--
  return span.blocks - first >= LASTING ? Math.max(createdAt, blockStart(span, first)) : undefined
}

const runbook = `# Get a shared storage to answer

## What it means
The cache keeps its entries in Redis or in a file, and a part of the requests gets no answer from there: it does not come in time, or the storage is bypassed because it failed several times in a row. Those requests load what may well have been stored.

## How the saving is computed
\`${cache.requests.name}\` counts the requests that ended as \`error\` and, while \`${cache.degraded.name}\` or errors tell of trouble, as \`bypass\`, less the share that is bypassed without any.

    saving = requests lost/s × share of values among the answers of the storage × mean load time

What callers waited for answers that did not come is not counted: it comes on top. The interval comes from the differences between the blocks of the window and between earlier windows.

## When it does not apply
- Fewer than one request in a hundred is lost, in fewer than three blocks of the window, or none of late: an incident that is over.
- Arguments that make no key, and loads that ask not to be kept: they are bypasses too, and healthy ones.
- A storage that never answered: then nobody knows what it would have had.

## How to verify it
Look at the server (memory, slow commands, connections), at the network, and at \`timeout\`. When the requests are answered again, Pitwall takes the change as made, and compares the seconds of loading per request with those before.
`

const name = { 'pitwall.cache.name': 'profiles' } as const
const inRedis = { ...name, 'pitwall.cache.backend': 'redis', 'pitwall.cache.tier': 'redis' } as const

/** A cache in Redis that gets 20 requests a second, loads for 50 ms, and has so many of them lost or bypassed each second. */
function losing({ errors = 0, bypasses = 0, open = 0, hits = 10 }): WrittenSeries[] {
  const requests = (result: string, perSecond: number): WrittenSeries =>
    written(cache.requests, { ...inRedis, 'pitwall.cache.result': result }, perSecond)
  const misses = hits / 4
  return [
    requests('hit', hits),
    requests('miss', misses),
    requests('error', errors),
    requests('bypass', bypasses),
    writtenLevel(cache.degraded, { ...name, 'pitwall.cache.tier': 'redis' }, open),
    ...writtenMean(cache.loadDuration, name, misses + errors + bypasses, 0.05),
  ]
}

export default {
  title: 'Get a shared storage to answer',
  effort: 'hours',
  subjectKind: 'cache',
  questions: [questions.cacheRequests, questions.loadSeconds, questions.loads, bypassed],
  costQuestions: loadCostQuestions,
  evaluate: judgeEach(bypassed, judge),
  appliedAt,
  hasControls: true,
  cost: loadCost,
  runbook,
  cases: [
    { title: 'a third of the answers comes too late', says: 'finding', series: losing({ errors: 5 }) },
    { title: 'one process bypasses its storage', says: 'finding', series: losing({ bypasses: 5, open: 1 }) },
    { title: 'an answer that is late now and then', says: 'notAdvised', series: losing({ errors: 0.05 }) },
    { title: 'a storage that never answered', says: 'notEnoughData', series: losing({ errors: 20, open: 1, hits: 0 }) },
    { title: 'arguments that make no key', says: 'nothing', series: losing({ bypasses: 5 }) },
    { title: 'a storage that answers', says: 'nothing', series: losing({}) },
  ],
} satisfies Rule
