import { cache, cacheCosts, reuse } from '@pitwall/sdk/contract'
import {
  frontExample,
  frontSince,
  lookupCost,
  lookupCostQuestions,
  predictFront,
  sharedCache,
  sharedCacheQuestions,
  SLOW,
} from '../prediction/memory-front.ts'
import type { Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenLevel, writtenMean, writtenReuse, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Rule } from './rule.ts'

/** So few entries hold no more than the hottest keys. */
const FEW = 10

/** Share of the requests that so few entries must answer for their keys to be called hot. */
const HOT = 0.3

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const found = sharedCache(evidence, subject)
  if (found?.lookup === undefined || found.lookup <= 0) return undefined
  const { lookup, load, requested } = found
  if (requested.total < settings.minRequests) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${formatNumber(Math.floor(requested.total))} requests in the window, needs ${settings.minRequests}`,
    }
  }
  // All of its lookups are slow then, not those of a few keys alone.
  if (load !== undefined && lookup >= SLOW * load) return undefined
  const front = predictFront(found, FEW, evidence)
  if (front === undefined) return { kind: 'notEnoughData', subject, needs: 'requests in at least three blocks of the window' }
  const { hitRatio, saving } = front
  if (hitRatio < HOT) {
    return { kind: 'notAdvised', subject, reason: `its ${FEW} hottest keys have only ${formatShare(hitRatio)} of the requests` }
  }
  return {
    kind: 'finding',
    subject,
    title: `Keep the hottest keys of ${subject.name} in memory`,
    advice: `Keep ${FEW} entries of ${subject.name} in the memory of each process, in front of the shared storage.`,
    saving,
    evidence: [
      `${formatNumber(Math.round(requested.total))} requests, ${formatNumber(requested.perSecond)} a second, each of which waits ${formatSeconds(lookup)} for the shared storage.`,
      `${formatShare(hitRatio)} of them are for the ${FEW} keys that were asked for last.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: frontExample(subject.name, identifier(subject.name), FEW),
    change: { memoryEntries: FEW },
  }
}

const runbook = `# Keep the hottest keys in memory

## What it means
A large share of the requests to a shared cache is for very few keys. One server has to answer all of them, in a cluster even one of several; a handful of entries in the memory of each process would answer them without a way through the network.

## How the saving is computed
\`${reuse.distance.name}\` of each process says how many of its requests ${FEW} entries would have answered, \`${reuse.age.name}\` how many of those within the time to live; \`${cacheCosts.lookupTime.name}\` is the time that lookups took.

    saving = requests/s × hit ratio of ${FEW} entries × mean lookup time

The interval reaches from half of the time to live to all of it, because entries that another process has loaded have lived for a while already, and is widened by the differences between blocks and windows. What the server gains by answering less is not counted: it comes on top.

## When it does not apply
- Keys that other libraries keep in Redis: how long they live there is not known.
- The requests are spread over many keys, or \`slow-shared-cache\` advises memory for all of them.
- The keys change their values from one request to the next.
- A cache that is asked so seldom that all its lookups take next to no time.

## How to verify it
Use \`hybrid({ front: memory({ maxEntries: ${FEW} }), back: redis(…) })\`. Pitwall sees that memory answers, waits until it is warm, and compares the seconds of lookups per request with those before.
`

const name = { 'pitwall.cache.name': 'settings' } as const
const tier = { ...name, 'pitwall.cache.tier': 'redis' } as const
const hot = { entries: { 3: 0.6, 100_000: 0.9 }, seconds: { 5: 0.85, 86_400: 0.9 } }
const spread = { entries: { 100: 0.1, 5_000: 0.9 }, seconds: { 60: 0.85, 86_400: 0.9 } }

/** A cache in Redis that gets so many requests a second, whose lookups take 3 ms, and its loads so much. */
function asked(curve: Parameters<typeof writtenReuse>[3], perSecond = 50, loadSeconds = 0.2): WrittenSeries[] {
  const requests = (result: string, share: number): WrittenSeries =>
    written(cache.requests, { ...tier, 'pitwall.cache.backend': 'redis', 'pitwall.cache.result': result }, share * perSecond)
  return [
    requests('hit', 0.9),
    requests('miss', 0.1),
    written(cacheCosts.lookupTime, tier, perSecond * 0.003),
    writtenLevel(cache.ttl, { ...name, 'pitwall.cache.backend': 'redis' }, 600),
    ...writtenMean(cache.loadDuration, name, perSecond / 10, loadSeconds),
    ...writtenReuse('settings', 'cache', perSecond, curve),
  ]
}

export default {
  title: 'Keep the hottest keys in memory',
  effort: 'minutes',
  subjectKind: 'cache',
  questions: sharedCacheQuestions,
  costQuestions: lookupCostQuestions,
  evaluate: judgeEach(questions.cacheRequests, judge),
  appliedAt: frontSince,
  hasControls: false,
  cost: lookupCost,
  runbook,
  cases: [
    { title: 'three keys have most of the requests', says: 'finding', series: asked(hot) },
    { title: 'requests that are spread over many keys', says: 'notAdvised', series: asked(spread) },
    { title: 'hot keys that are seldom asked for', says: 'notAdvised', series: asked(hot, 2) },
    { title: 'lookups that are as slow as loads, of all keys', says: 'nothing', series: asked(hot, 50, 0.004) },
    { title: 'a handful of requests', says: 'notEnoughData', series: asked(hot, 0.01) },
  ],
} satisfies Rule
