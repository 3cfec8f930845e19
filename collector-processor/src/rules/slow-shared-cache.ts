import { cache, cacheCosts, reuse } from '@pitwall/sdk/contract'
import { entriesNeeded } from '../prediction/entries-needed.ts'
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

/** Below this share of requests that memory would answer, it is not worth its place. */
const MIN_HIT_RATIO = 0.1

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const found = sharedCache(evidence, subject)
  if (found?.lookup === undefined || found.lookup <= 0) return undefined
  const { lookup, load, requested, curves } = found
  if (requested.total < settings.minRequests || load === undefined) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${formatNumber(Math.floor(requested.total))} requests with loads among them in the window, needs ${settings.minRequests}`,
    }
  }
  if (lookup < SLOW * load) {
    return { kind: 'notAdvised', subject, reason: `a lookup takes ${formatSeconds(lookup)}, and a load ${formatSeconds(load)}` }
  }
  const entries = entriesNeeded(curves.window.entries, settings.reach)
  const front = entries === Infinity ? undefined : predictFront(found, entries, evidence)
  if (front === undefined) return { kind: 'notEnoughData', subject, needs: 'requests in at least three blocks of the window' }
  const { hitRatio, saving } = front
  if (hitRatio < MIN_HIT_RATIO) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `its lookups are slow, but only ${formatShare(hitRatio)} of a process's requests repeat in time`,
    }
  }
  if (lookup * (1 - hitRatio) > found.hitRatio * load) {
    return { kind: 'notAdvised', subject, reason: 'even with memory in front, its lookups would take more than its hits save' }
  }
  return {
    kind: 'finding',
    subject,
    title: `Put memory in front of ${subject.name}`,
    advice: `Keep ${entries} entries of ${subject.name} in the memory of each process, in front of the shared storage.`,
    saving,
    evidence: [
      `${formatNumber(Math.round(requested.total))} requests, ${formatNumber(requested.perSecond)} a second; a lookup takes ${formatSeconds(lookup)}, ${formatShare(lookup / load)} of the ${formatSeconds(load)} of a load.`,
      `${formatShare(hitRatio)} of the requests would be answered by ${entries} entries in memory.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: frontExample(subject.name, identifier(subject.name), entries),
    change: { memoryEntries: entries },
  }
}

const runbook = `# Put memory in front of a slow shared cache

## What it means
The cache keeps its entries in Redis or another shared storage, and asking that takes a good part of what a load takes. Each process asks for the same keys again and again; it could keep those in its own memory.

## How the saving is computed
\`${cacheCosts.lookupTime.name}\` is the time that lookups took. \`${reuse.distance.name}\` and \`${reuse.age.name}\` of each process say how many of its requests memory of N entries would have answered.

    saving = requests/s × hit ratio of the memory × mean lookup time

Where several processes load the same keys, one takes over entries that have lived in the storage for a while: the interval therefore reaches from the hit ratio of half of the time to live to that of all of it, widened by the differences between the blocks of the window and between earlier windows.

## When it does not apply
- Keys that other libraries keep in Redis: how long they live there is not known.
- A lookup takes less than a quarter of a load: then it is not what is slow.
- Even with memory in front the lookups that remain would take more than the hits save: \`useless-cache\` speaks of it.
- Requests of one process hardly repeat, although those of all processes do.
- Values must be current at once after a change by other programs: the SDK tells the memory of other processes of changes that it makes itself, with \`redis\` and \`file\`, but of no others.
- The entries are large: Pitwall does not know the size of your values.

## How to verify it
Use \`hybrid({ front: memory(…), back: redis(…) })\`. Pitwall sees that memory answers, waits until it is warm, and compares the seconds of lookups per request with those before. A storage that is nearer, or has less to do, helps as well.
`

const name = { 'pitwall.cache.name': 'profiles' } as const
const tier = { ...name, 'pitwall.cache.tier': 'redis' } as const
const repeats = { entries: { 40: 0.8, 100_000: 0.85 }, seconds: { 60: 0.8, 86_400: 0.85 } }

/** A cache in Redis that gets 20 requests a second, whose lookups take so long, and its loads 40 ms. */
function asked(lookupMs: number, curve: Parameters<typeof writtenReuse>[3] = repeats, perSecond = 20): WrittenSeries[] {
  const requests = (result: string, share: number): WrittenSeries =>
    written(cache.requests, { ...tier, 'pitwall.cache.backend': 'redis', 'pitwall.cache.result': result }, share * perSecond)
  return [
    requests('hit', 0.9),
    requests('miss', 0.1),
    written(cacheCosts.lookupTime, tier, (perSecond * lookupMs) / 1_000),
    writtenLevel(cache.ttl, { ...name, 'pitwall.cache.backend': 'redis' }, 3_600),
    ...writtenMean(cache.loadDuration, name, perSecond / 10, 0.04),
    ...writtenReuse('profiles', 'cache', perSecond, curve),
  ]
}

export default {
  title: 'Put memory in front of a slow shared cache',
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
    { title: 'a lookup takes half as long as a load', says: 'finding', series: asked(20) },
    { title: 'a lookup takes a twentieth of a load', says: 'notAdvised', series: asked(2) },
    {
      title: 'slow lookups of keys that one process hardly asks for twice',
      says: 'notAdvised',
      series: asked(20, { entries: { 100_000: 0.05 }, seconds: { 86_400: 0.05 } }),
    },
    { title: 'a handful of requests', says: 'notEnoughData', series: asked(20, repeats, 0.01) },
    {
      title: 'memory in front is there already',
      says: 'nothing',
      series: [
        ...asked(20),
        written(
          cache.requests,
          { ...name, 'pitwall.cache.backend': 'hybrid', 'pitwall.cache.tier': 'memory', 'pitwall.cache.result': 'hit' },
          20,
        ),
      ],
    },
  ],
} satisfies Rule
