import { cache, calls, cpuWait, reuse } from '@pitwall/sdk/contract'
import { cacheCurves } from '../prediction/cache-curves.ts'
import { cacheSaving } from '../prediction/cache-saving.ts'
import { asCache, cachedSince, costBehindCache } from '../prediction/cached-function.ts'
import { comparedResults } from '../prediction/compared-results.ts'
import { entriesNeeded } from '../prediction/entries-needed.ts'
import { hitRatioAt } from '../prediction/miss-ratio-curve.ts'
import { computes, computesQuestions, functionCpuSeconds } from '../prediction/pure-function.ts'
import { savedPerRequest } from '../prediction/saving.ts'
import { growthInWindow } from '../prediction/window.ts'
import type { Evidence } from '../prometheus/evidence.ts'
import { questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenMean, writtenReuse, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Rule } from './rule.ts'

/** Below this hit ratio the function counts as one of unique arguments, and the results would only fill memory. */
const MIN_HIT_RATIO = 0.1

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  if (growthInWindow(evidence.of(questions.cacheRequests).total(asCache(subject)), span).total > 0) return undefined
  if (!computes(evidence, subject, settings)) return undefined
  const requests = evidence.of(questions.functionCalls).total(subject)
  const cpuSeconds = evidence.of(functionCpuSeconds).total(subject)
  const [called, cpu] = [growthInWindow(requests, span), growthInWindow(cpuSeconds, span)]
  const spent = growthInWindow(evidence.of(questions.functionSeconds).total(subject), span)
  const curves = cacheCurves(evidence, subject)
  if (called.total < settings.minRequests || curves === undefined) {
    return {
      kind: 'notEnoughData',
      subject,
      needs:
        called.total < settings.minRequests
          ? `${formatNumber(Math.floor(called.total))} calls in the window, needs ${settings.minRequests}`
          : 'its arguments are not followed yet',
    }
  }
  const entries = entriesNeeded(curves.window.entries, settings.reach)
  const hitRatio = hitRatioAt(curves.window.entries, entries)
  if (hitRatio < MIN_HIT_RATIO) {
    return { kind: 'notAdvised', subject, reason: `${formatShare(1 - hitRatio)} of its calls have arguments that do not come back` }
  }
  const perRequest = requests.map((count, index) => {
    const [curve, seconds] = [curves.blocks[index]?.entries, cpuSeconds[index]]
    return curve === undefined || seconds === undefined || !count ? undefined : savedPerRequest(hitRatioAt(curve, entries), seconds / count)
  })
  const saving = cacheSaving({ requests, savedPerRequest: perRequest, loadSeconds: cpu.total / called.total }, span)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'calls in at least three blocks of the window' }
  const name = JSON.stringify(subject.name)
  return {
    kind: 'finding',
    subject,
    title: `Memoize ${subject.name}`,
    advice: `Put it behind new ComputationCache({ name: ${name}, maxEntries: ${entries} }), if it reads nothing but its arguments.`,
    saving,
    evidence: [
      `${formatNumber(Math.round(called.total))} calls, ${formatNumber(called.perSecond)} a second; each computed for ${formatSeconds(cpu.total / called.total)}, ${formatShare(Math.min(1, cpu.total / spent.total))} of its time.`,
      `${formatNumber(Math.round(comparedResults(evidence, subject).same))} results of repeated calls were compared, and none was different.`,
      `${formatShare(hitRatio)} of the calls would be hits with ${entries} entries in each process.`,
      `Predicted, in seconds of computing: ${formatSaving(saving)}.`,
    ],
    example: [
      `import { ComputationCache } from '@pitwall/sdk'`,
      ``,
      `const computations = new ComputationCache({ name: ${name}, maxEntries: ${entries} })`,
      `export const ${identifier(subject.name)}Memoized = computations.wrap(${identifier(subject.name)})`,
      ``,
    ].join('\n'),
    change: { maxEntries: entries },
  }
}

const runbook = `# Memoize a function that computes the same again

## What it means
The function waits for nobody: while it runs, it computes. It is called with arguments that it was called with before, and every result that was compared was the one of before. Such results do not grow old, so they can be kept without a time to live.

## How the saving is computed
\`${cpuWait.cpuTime.name}\` is the time in which calls of the function held the event loop; the rule speaks when it is more than 80 % of their duration. \`${reuse.distance.name}\` says how many of the calls a cache of N entries would answer.

    saving = calls/s × (hit ratio × (mean computing time − hit time) − (1 − hit ratio) × lookup time)

It is time of the processor, and so also time for which every other call of the process need not wait. The interval comes from the differences between the blocks of the window and between earlier windows.

## When it does not apply
- The function reads anything but its arguments: the clock, a file, a variable that changes. Equal results alone do not prove that it does not.
- A single repeated call returned something else, too few results were compared, or the function waits: \`uncached-repetition\` speaks of it then, with a time to live.
- Its callers change the objects that they are given.
- The arguments are nearly always new.
- A cache of its name is there already.

## How to verify it
Put the function behind a \`ComputationCache\` of the same name. Pitwall sees the cache's requests, waits until it is warm, and compares the seconds of computing per request with those before.
`

const named = { 'code.function.name': 'tokenize' } as const
const repeats = { entries: { 40: 0.9, 100_000: 0.92 }, seconds: { 30: 0.9, 86_400: 0.92 } }

/** A function that is called 20 times a second for 50 ms, and computes for so much of that. */
function computing(cpuShare: number, checks: { readonly same: number; readonly different: number }): WrittenSeries[] {
  const compared = (outcome: string, perSecond: number): WrittenSeries =>
    written(reuse.checks, { 'pitwall.subject': 'tokenize', 'pitwall.subject.kind': 'function', 'pitwall.reuse.same': outcome }, perSecond)
  return [
    ...writtenMean(calls.duration, named, 20, 0.05),
    written(cpuWait.cpuTime, named, 20 * 0.05 * cpuShare),
    compared('true', checks.same),
    compared('false', checks.different),
  ]
}
const followed = writtenReuse('tokenize', 'function', 20, repeats)
const always = { same: 10, different: 0 }

export default {
  title: 'Memoize a function that computes the same again',
  effort: 'minutes',
  subjectKind: 'function',
  questions: [...computesQuestions, questions.functionCalls, questions.cacheRequests, questions.reuseDistance, questions.reuseAge],
  costQuestions: [functionCpuSeconds, questions.functionCalls, questions.loadSeconds, questions.cacheRequests],
  evaluate: judgeEach(functionCpuSeconds, judge),
  appliedAt: cachedSince,
  hasControls: true,
  cost: (evidence, subject) => costBehindCache(evidence, subject, functionCpuSeconds),
  runbook,
  cases: [
    {
      title: 'computes for nearly all of its time, and the same every time',
      says: 'finding',
      series: [...computing(0.98, always), ...followed],
    },
    {
      title: 'arguments that never come back',
      says: 'notAdvised',
      series: [
        ...computing(0.98, always),
        ...writtenReuse('tokenize', 'function', 20, { entries: { 100_000: 0.05 }, seconds: { 86_400: 0.05 } }),
      ],
    },
    { title: 'arguments that are not followed', says: 'notEnoughData', series: computing(0.98, always) },
    { title: 'waits for somebody else for half of its time', says: 'nothing', series: [...computing(0.5, always), ...followed] },
    {
      title: 'was seen to return something else',
      says: 'nothing',
      series: [...computing(0.98, { same: 10, different: 0.1 }), ...followed],
    },
    { title: 'no results were compared', says: 'nothing', series: [...computing(0.98, { same: 0, different: 0 }), ...followed] },
    {
      title: 'cached already',
      says: 'nothing',
      series: [
        ...computing(0.98, always),
        ...followed,
        written(cache.requests, { 'pitwall.cache.name': 'tokenize', 'pitwall.cache.backend': 'memory', 'pitwall.cache.result': 'hit' }, 20),
      ],
    },
  ],
} satisfies Rule
