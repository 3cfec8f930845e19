import { cache, calls, cpuWait, effects, reuse } from '@pitwall/sdk/contract'
import { cacheCurves, type CacheCurves, hitRatios, type Limits } from '../prediction/cache-curves.ts'
import { cacheSaving } from '../prediction/cache-saving.ts'
import { asCache, cachedSince, costBehindCache } from '../prediction/cached-function.ts'
import { jointHitRatio, reachable, smallestReaching } from '../prediction/miss-ratio-curve.ts'
import { comparedResults } from '../prediction/compared-results.ts'
import { effectsSeen, withEffects, writingName } from '../prediction/effects.ts'
import { entriesNeeded } from '../prediction/entries-needed.ts'
import { computes, computesQuestions } from '../prediction/pure-function.ts'
import { runCostQuestions, runGainOfHits } from '../prediction/run-pattern.ts'
import { judgeResults } from '../prediction/safety.ts'
import { savedPerRequest } from '../prediction/saving.ts'
import { growthInWindow } from '../prediction/window.ts'
import type { Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenMean, writtenReuse, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { durationLiteral, formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { plain } from '../text/table.ts'
import { type Answer, judgeEach, type Rule } from './rule.ts'

/** Below this share of repeated calls a function counts as one of unique keys. Recorded agents repeat 11 to 51 % of their tool calls. */
const MIN_REPEATED = 0.1

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  if (growthInWindow(evidence.of(questions.cacheRequests).total(asCache(subject)), evidence.span).total > 0) return undefined
  const requests = evidence.of(questions.functionCalls).total(subject)
  const seconds = evidence.of(questions.functionSeconds).total(subject)
  const [called, spent] = [growthInWindow(requests, evidence.span), growthInWindow(seconds, evidence.span)]
  if (called.total < 1 || computes(evidence, subject, settings)) return undefined
  const word = writingName(subject.name, settings)
  if (word !== undefined) return notAdvised(subject, `caching it is not safe: its name says that it writes ("${word}")`)
  if (called.total < settings.minRequests) {
    return {
      kind: 'notEnoughData',
      subject,
      needs: `${formatNumber(Math.floor(called.total))} calls in the window, needs ${settings.minRequests}`,
    }
  }
  const curves = cacheCurves(evidence, subject)
  const repeated = curves === undefined ? undefined : Math.min(reachable(curves.window.entries), reachable(curves.window.ages))
  if (repeated !== undefined && repeated < MIN_REPEATED) {
    return notAdvised(subject, `${formatShare(1 - repeated)} of its calls have arguments never seen before`)
  }
  // An open recommendation is kept down to half of what a new one needs.
  if (spent.perSecond < settings.minSaving / 2) {
    return notAdvised(subject, `all its calls together take only ${formatSeconds(spent.perSecond)} of each second`)
  }
  if (curves === undefined || repeated === undefined) return { kind: 'notEnoughData', subject, needs: 'its arguments are not followed yet' }
  const results = judgeResults(comparedResults(evidence, subject), settings.allowedStaleness)
  const safety = withEffects(results, effectsSeen(evidence, subject, settings))
  if (safety.kind === 'unsafe') return notAdvised(subject, `caching it is not safe: ${safety.reason}`)

  const limits = chooseLimits(curves, settings.reach)
  if (limits === undefined) return { kind: 'notEnoughData', subject, needs: 'a longer observation, to see entries expire' }
  const loadSeconds = spent.total / called.total
  const ratios = hitRatios(curves, limits)
  const perRequest = requests.map((count, index) => {
    const [ratio, time] = [ratios[index], seconds[index]]
    return ratio === undefined || time === undefined || !count ? undefined : savedPerRequest(ratio, time / count)
  })
  const saving = cacheSaving({ requests, savedPerRequest: perRequest, loadSeconds }, evidence.span)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'calls in at least three blocks of the window' }

  const hitRatio = jointHitRatio(curves.window.entries, curves.window.ages, limits)
  const settingsText = `maxEntries: ${limits.entries}, ttl: '${durationLiteral(limits.seconds)}'`
  const sure = safety.kind === 'safe'
  const runGain = runGainOfHits(evidence, subject, hitRatio)
  return {
    kind: 'finding',
    subject,
    title: sure ? `Cache ${subject.name}` : `Investigate whether ${subject.name} may be cached`,
    advice: `${sure ? 'Wrap it' : 'If repeated calls may return the earlier result, wrap it'} in cached(…, { ${settingsText} }).`,
    effort: sure ? 'minutes' : 'hours',
    saving,
    evidence: [
      `${formatNumber(Math.round(called.total))} calls, ${formatNumber(called.perSecond)} a second, took ${formatSeconds(loadSeconds)} each.`,
      `${formatShare(hitRatio)} of them would be hits with ${limits.entries} entries in each process, kept for ${durationLiteral(limits.seconds)}; ${formatShare(repeated)} without any limit.`,
      sure ? `${safety.evidence}.` : `Not proven safe: ${safety.reason}.`,
      ...(runGain === undefined ? [] : [`A run would end ${formatSeconds(runGain)} earlier on average, by replay of recorded runs.`]),
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: example(
      subject.name,
      settingsText,
      `${formatShare(hitRatio)} of ${formatNumber(called.perSecond)} calls a second, ${formatSeconds(loadSeconds)} each`,
    ),
    change: { maxEntries: limits.entries, ttlSeconds: limits.seconds },
  }
}

/** The shortest time to live that reaches the wanted share of what is reachable, and the entries for it. */
function chooseLimits({ window: { entries }, proposableAges }: CacheCurves, reach: number): Limits | undefined {
  const seconds = smallestReaching(proposableAges, reach * reachable(proposableAges))
  return seconds === undefined ? undefined : { entries: entriesNeeded(entries, reach), seconds }
}

function notAdvised(subject: Subject, reason: string): Answer {
  return { kind: 'notAdvised', subject, reason }
}

function example(name: string, settingsText: string, figures: string): string {
  const [variable, comment] = [identifier(name), plain(`${name}: would answer ${figures}`)]
  return `import { cached } from '@pitwall/sdk'\n\n// ${comment}\nexport const ${variable}Cached = cached(${variable}, { name: ${JSON.stringify(name)}, ${settingsText} })\n`
}

const costQuestions = [questions.functionSeconds, questions.functionCalls, questions.loadSeconds, questions.cacheRequests]

const runbook = `# Cache a function that is asked the same again and again

## What it means
The function is called with arguments it has been called with before, it takes time, and no cache stands in front of it. Its earlier answer could be returned instead.

## How the saving is computed
The SDK follows the arguments' hashes of each profiled function and exports, as ordinary histograms, how many of its calls a cache of N entries (\`${reuse.distance.name}\`) and one whose entries live T seconds (\`${reuse.age.name}\`) would have answered. The hit ratio with both limits is the smaller of the two.
The rule proposes the smallest T that reaches 95 % of what an unlimited cache would reach, and the size after the smallest N that does, for each process by itself.

    saving = calls/s × (hit ratio × (mean duration − hit time) − (1 − hit ratio) × lookup time)

The interval comes from how much the saving differs between the blocks of the window and between earlier windows; it is meant to cover the next window 19 times in 20. Ranking and alerting use its lower bound.

## When it does not apply
- The arguments are nearly always new: a cache would only cost memory.
- The function is hot but cheap: all its calls together take less than the smallest saving worth a change.
- Its name says that it writes (create, update, book, send, …; \`PITWALL_WRITING_WORDS\` adds words, \`PITWALL_READ_ONLY_FUNCTIONS\` names functions that write nothing), or repeated calls returned different results: it must run every time.
- Too few results were compared to call it safe, or spans within its calls write: an HTTP request other than GET, a statement that writes, a message that is sent. The advice is then to *investigate*, never to cache. Equal results alone never prove that a function has no effects.
- A cache of its name is there already.
- It only computes, and has returned the same every time: \`memoize-pure-function\` speaks of it.

## How to verify it
Wrap the function in \`cached\` under the name it has now. Pitwall sees the cache's requests, waits until it is warm, measures the seconds per request again, corrects for what happened to functions that were not changed, and compares the saving at the old request rate with the predicted interval.
`

const repeats = { entries: { 40: 0.9, 100_000: 0.92 }, seconds: { 30: 0.9, 86_400: 0.92 } }
const slow = writtenMean(calls.duration, { 'code.function.name': 'search' }, 20, 0.05)
const checks = (outcome: 'true' | 'false'): WrittenSeries =>
  written(reuse.checks, { 'pitwall.subject': 'search', 'pitwall.subject.kind': 'function', 'pitwall.reuse.same': outcome }, 10)
const same = checks('true')

export default {
  title: 'Cache a function that is asked the same again and again',
  effort: 'minutes',
  subjectKind: 'function',
  questions: [
    questions.reuseDistance,
    questions.reuseAge,
    questions.reuseChecks,
    questions.functionSeconds,
    questions.functionCalls,
    questions.cacheRequests,
    ...runCostQuestions,
    ...computesQuestions,
  ],
  costQuestions,
  evaluate: judgeEach(questions.functionCalls, judge),
  appliedAt: cachedSince,
  hasControls: true,
  cost: (evidence, subject) => costBehindCache(evidence, subject, questions.functionSeconds),
  runbook,
  cases: [
    {
      title: 'slow, repetitive, and always the same answer',
      says: 'finding',
      series: [...slow, same, ...writtenReuse('search', 'function', 20, repeats)],
    },
    {
      title: 'slow and repetitive, but no answers were compared',
      says: 'finding',
      series: [...slow, ...writtenReuse('search', 'function', 20, repeats)],
    },
    {
      title: 'arguments that never come back',
      says: 'notAdvised',
      series: [...slow, ...writtenReuse('search', 'function', 20, { entries: { 100_000: 0.05 }, seconds: { 86_400: 0.05 } })],
    },
    {
      title: 'hot but cheap',
      says: 'notAdvised',
      series: [
        ...writtenMean(calls.duration, { 'code.function.name': 'normalize' }, 200, 0.000_002),
        ...writtenReuse('normalize', 'function', 200, repeats),
      ],
    },
    {
      title: 'a name that writes',
      says: 'notAdvised',
      series: [
        ...writtenMean(calls.duration, { 'code.function.name': 'bookSeat' }, 20, 0.05),
        ...writtenReuse('bookSeat', 'function', 20, repeats),
      ],
    },
    {
      title: 'another answer every second time',
      says: 'notAdvised',
      series: [...slow, same, checks('false'), ...writtenReuse('search', 'function', 20, repeats)],
    },
    {
      title: 'a handful of calls',
      says: 'notEnoughData',
      series: [
        ...writtenMean(calls.duration, { 'code.function.name': 'search' }, 0.01, 0.05),
        ...writtenReuse('search', 'function', 0.01, repeats),
      ],
    },
    {
      title: 'only computes, and has always returned the same: the business of another rule',
      says: 'nothing',
      series: [
        ...slow,
        same,
        written(cpuWait.cpuTime, { 'code.function.name': 'search' }, 0.95),
        ...writtenReuse('search', 'function', 20, repeats),
      ],
    },
    {
      title: 'cached already',
      says: 'nothing',
      series: [
        ...slow,
        same,
        ...writtenReuse('search', 'function', 20, repeats),
        written(cache.requests, { 'pitwall.cache.name': 'search', 'pitwall.cache.backend': 'memory', 'pitwall.cache.result': 'hit' }, 20),
      ],
    },
    {
      title: 'always the same answer, but a span within it writes: to be investigated',
      says: 'finding',
      series: [
        ...slow,
        same,
        written(effects.writes, { 'code.function.name': 'search', 'pitwall.write': 'database' }, 1),
        ...writtenReuse('search', 'function', 20, repeats),
      ],
    },
  ],
} satisfies Rule
