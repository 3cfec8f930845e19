import { cache, cacheCosts } from '@pitwall/sdk/contract'
import { cacheSaving } from '../prediction/cache-saving.ts'
import { loadCost, loadCostQuestions } from '../prediction/memory-cache.ts'
import { shareFellAt } from '../prediction/share-fell.ts'
import { growthInWindow } from '../prediction/window.ts'
import type { Evidence } from '../prometheus/evidence.ts'
import { select } from '../prometheus/promql.ts'
import { growth } from '../prometheus/question.ts'
import { aCache, questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Rule } from './rule.ts'

/** Fewer of the loads than this meet another one by chance in every fleet. */
const MIN_DUPLICATES = 0.1

/** Loads that another process had made meanwhile. */
export const duplicateLoads = growth(select(cacheCosts.duplicateLoads), aCache)

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const blocks = evidence.of(duplicateLoads).total(subject)
  const duplicates = growthInWindow(blocks, span).total
  const loaded = evidence.of(questions.loads).total(subject)
  const loads = growthInWindow(loaded, span)
  if (duplicates <= 0) return undefined
  if (loads.total < settings.minRequests) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${formatNumber(Math.floor(loads.total))} loads in the window, needs ${settings.minRequests}`,
    }
  }
  const share = duplicates / loads.total
  if (share < MIN_DUPLICATES) {
    return { kind: 'notAdvised', subject, reason: `only ${formatShare(share)} of its loads were made by another process at the same time` }
  }
  const loadSeconds = growthInWindow(evidence.of(questions.loadSeconds).total(subject), span).total / loads.total
  const savedPerRequest = loaded.map((count, index) => (count ? ((blocks[index] ?? 0) / count) * loadSeconds : undefined))
  const saving = cacheSaving({ requests: loaded, savedPerRequest, loadSeconds }, span)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'loads in at least three blocks of the window' }
  return {
    kind: 'finding',
    subject,
    title: `Let one process load what is missing from ${subject.name}`,
    advice: `Set lock: 'distributed' for ${subject.name}, so that the other processes wait for the one that loads.`,
    saving,
    evidence: [
      `${formatNumber(Math.round(loads.total))} loads in the window, ${formatSeconds(loadSeconds)} each.`,
      `${formatShare(share)} of them brought what another process had stored while they ran.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: `export const ${identifier(subject.name)} = cached(load, { name: ${JSON.stringify(subject.name)}, backend: redis({ url }), lock: 'distributed' })\n`,
    change: { lock: 'distributed' },
  }
}

const runbook = `# Let one process load for all

## What it means
Several processes miss the same key of a shared cache at the same time, and each of them loads it: when an entry expires, after an invalidation, or at a start. All but one of these loads are for nothing, and they come all at once.

## How the saving is computed
When a load is stored, Redis (or the file) sees whether a fresh value is there already that was not there when the load began: another process has loaded it meanwhile. \`${cacheCosts.duplicateLoads.name}\` counts those loads.

    saving = duplicate loads/s × mean load time

The interval comes from the differences between the blocks of the window and between earlier windows. What the source gains by smaller peaks is not counted: it comes on top.

## When it does not apply
- Fewer than one load in ten is a duplicate: two processes meet by chance.
- Within one process, where loads of one key are joined already.
- Loads that are short against the way to Redis: waiting for another process takes longer than loading.
- Storages made by \`plainBackend\`, which have no locks and cannot tell.

## How to verify it
Set \`lock: 'distributed'\`. When there are loads and the share of duplicates is less than half of what it was, Pitwall takes the change as made, and compares the seconds of loading per request with those before.
`

const name = { 'pitwall.cache.name': 'forecast' } as const
const inRedis = { ...name, 'pitwall.cache.backend': 'redis', 'pitwall.cache.tier': 'redis' } as const

/** A cache in Redis that loads twice a second for half a second, so many of these loads for nothing. */
function loading(duplicates: number, perSecond = 2): WrittenSeries[] {
  return [
    written(cache.requests, { ...inRedis, 'pitwall.cache.result': 'hit' }, 20),
    written(cache.requests, { ...inRedis, 'pitwall.cache.result': 'miss' }, perSecond),
    written(cacheCosts.duplicateLoads, name, duplicates * perSecond),
    ...writtenMean(cache.loadDuration, name, perSecond, 0.5),
  ]
}

export default {
  title: 'Let one process load for all',
  effort: 'minutes',
  subjectKind: 'cache',
  questions: [duplicateLoads, questions.loads, questions.loadSeconds, questions.cacheRequests],
  costQuestions: loadCostQuestions,
  evaluate: judgeEach(duplicateLoads, judge),
  appliedAt: (evidence, { subject, createdAt }) =>
    shareFellAt(evidence.of(duplicateLoads).total(subject), evidence.of(questions.loads).total(subject), createdAt, evidence.span),
  hasControls: true,
  cost: loadCost,
  runbook,
  cases: [
    { title: 'half of the loads are made twice', says: 'finding', series: loading(0.5) },
    { title: 'two loads that meet by chance', says: 'notAdvised', series: loading(0.03) },
    { title: 'loads that never meet', says: 'nothing', series: loading(0) },
    { title: 'a handful of loads', says: 'notEnoughData', series: loading(0.5, 0.01) },
  ],
} satisfies Rule
