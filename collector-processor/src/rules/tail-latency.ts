import { calls, runs } from '@pitwall/sdk/contract'
import { effectQuestions, effectsSeen, writingName } from '../prediction/effects.ts'
import { estimate } from '../prediction/estimate.ts'
import { type Durations, hedging, quantile } from '../prediction/hedging.ts'
import { lastingSince } from '../prediction/lasting-change.ts'
import { patternInWindow } from '../prediction/run-pattern.ts'
import { wilson } from '../prediction/safety.ts'
import { growthInWindow } from '../prediction/window.ts'
import { type Evidence, indexAt } from '../prometheus/evidence.ts'
import { selectPart } from '../prometheus/promql.ts'
import { growth } from '../prometheus/question.ts'
import { aFunction, questions } from '../prometheus/questions.ts'
import { type Blocks, labelOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenBuckets, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { type Answer, judgeEach, type Proposal, type Rule } from './rule.ts'

/** One call in a hundred takes so many times as long as half of them do. */
const TAIL = 10
/** Below so many calls, one in a hundred of them says nothing. */
const MIN_CALLS = 1_000
/** Calls with the arguments of a slow one that have to be seen, and the share of them that may be slow again. */
const [MIN_REPEATS, MAX_AGAIN] = [20, 0.3]
/** So many are slow by chance: what the SDK calls slow is among the slowest 5 %. */
const BY_CHANCE = 0.05
/** Between the bounds of its buckets nobody knows where the durations are: the gain is not known more exactly, as a share of it. */
const FLOOR = 0.25

/** Calls by duration. */
export const durationBuckets = growth(selectPart(calls.duration, 'bucket', { 'pitwall.function.cached': { not: 'true' } }), aFunction, [
  'le',
])

/** Durations of the calls in some blocks. */
function durations(evidence: Evidence, subject: Subject, part: (blocks: Blocks) => number): Durations {
  const rows = evidence
    .of(durationBuckets)
    .rows(subject)
    .map((row) => ({ edge: labelOf(row, 'le') === '+Inf' ? Infinity : Number(labelOf(row, 'le')), count: part(row.blocks) }))
    .toSorted((a, b) => a.edge - b.edge)
  return { edges: rows.map(({ edge }) => edge), below: rows.map(({ count }) => count) }
}

/** Seconds that second attempts would have saved in each block, if slowness is chance. */
function gained(evidence: Evidence, subject: Subject): Blocks {
  return evidence
    .of(questions.functionCalls)
    .total(subject)
    .map((count, index) => {
      if (count === undefined) return undefined
      return count * (hedging(durations(evidence, subject, (blocks) => blocks[index] ?? 0))?.gain ?? 0)
    })
}

/** How much of the slowness is chance, or why that is not known. */
type Chance =
  | { readonly kind: 'chance'; readonly lower: number; readonly likely: number; readonly repeats: number; readonly again: number }
  | Exclude<Answer, { readonly kind: 'finding' }>

/** Share of the slowness that is chance, by the calls with the arguments of a slow one. */
function chanceOf(evidence: Evidence, subject: Subject): Chance {
  const repeats = patternInWindow(evidence, subject, 'after_slow').calls
  if (repeats < MIN_REPEATS) {
    const needs = `${MIN_REPEATS} calls with the arguments of a slow one, to see whether these are slow again; seen: ${formatNumber(Math.floor(repeats))}`
    return { kind: 'notEnoughData', subject, needs }
  }
  const slowAgain = Math.min(patternInWindow(evidence, subject, 'slow_again').calls, repeats)
  const again = slowAgain / repeats
  if (again > MAX_AGAIN) {
    const reason = `${formatShare(again)} of the calls with the arguments of a slow one are slow again: it is the arguments, not chance`
    return { kind: 'notAdvised', subject, reason }
  }
  const beyond = (share: number): number => Math.max(0, share - BY_CHANCE) / (1 - BY_CHANCE)
  return { kind: 'chance', lower: 1 - beyond(wilson(slowAgain, repeats).upper), likely: 1 - beyond(again), repeats, again }
}

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const all = durations(evidence, subject, (blocks) => growthInWindow(blocks, span).total)
  const [half, slowest, count] = [quantile(all, 0.5), quantile(all, 0.99), all.below.at(-1) ?? 0]
  const hedged = hedging(all)
  if (half === undefined || slowest === undefined || hedged === undefined || slowest < TAIL * half) return undefined
  const amounts = gained(evidence, subject)
  if (growthInWindow(amounts, span).perSecond < settings.minSaving / 2) return undefined
  const word = writingName(subject.name, settings)
  if (word !== undefined) {
    return { kind: 'notAdvised', subject, reason: `its name says that it writes ("${word}"), which a second attempt may do twice` }
  }
  const seen = effectsSeen(evidence, subject, settings)
  if (seen !== undefined) return { kind: 'notAdvised', subject, reason: `${seen}; a second attempt may do it twice` }
  if (count < MIN_CALLS) {
    const needs = `${formatNumber(Math.floor(count))} calls in the window, needs ${formatNumber(MIN_CALLS)}`
    return { kind: 'notEnoughData', subject, needs }
  }
  const chance = chanceOf(evidence, subject)
  if (chance.kind !== 'chance') return chance
  const seconds = amounts.map((amount) => (amount === undefined ? undefined : span.blockSeconds))
  const floor = FLOOR * growthInWindow(amounts, span).perSecond
  const byChance = estimate({ amounts, requests: seconds, windowBlocks: span.windowBlocks, floor })
  if (byChance === undefined) return { kind: 'notEnoughData', subject, needs: 'calls in at least three blocks of the window' }
  const saving = {
    unit: 's/s',
    lower: byChance.lower * (byChance.lower > 0 ? chance.lower : 1),
    likely: byChance.likely * chance.likely,
    upper: byChance.upper,
  } as const
  const [name, delay] = [identifier(subject.name), Math.round(hedged.delay * 1_000)]
  return {
    kind: 'finding',
    subject,
    title: `Make a second attempt when ${subject.name} is slow`,
    advice: `When a call of ${subject.name} takes longer than ${delay} ms, make it a second time and take the first answer.`,
    saving,
    evidence: [
      `One call in a hundred takes longer than ${formatSeconds(slowest)}, half of them less than ${formatSeconds(half)}, of ${formatNumber(Math.round(count))} calls.`,
      `Of ${formatNumber(chance.repeats)} calls with the arguments of a slow one, ${formatShare(chance.again)} were slow again: slowness is mostly chance.`,
      `A second attempt is made for ${formatShare(hedged.share)} of the calls, which is so much more load.`,
      `Predicted: ${formatSaving(saving)} of waiting.`,
    ],
    example: [
      `import { profiled } from '@pitwall/sdk'`,
      `import { setTimeout as pause } from 'node:timers/promises'`,
      ``,
      `// ${subject.name}: half of the calls take less than ${formatSeconds(half)}, one in a hundred more than ${formatSeconds(slowest)}`,
      `async function hedged(...args) {`,
      `  const first = ${name}(...args)`,
      `  const isSlow = await Promise.race([first.then(() => false), pause(${delay}, true)])`,
      `  return isSlow ? Promise.any([first, ${name}(...args)]) : first`,
      `}`,
      `// in place of the function itself, or its calls are counted twice`,
      `export const ${name}Hedged = profiled(hedged, { name: ${JSON.stringify(subject.name)} })`,
      ``,
    ].join('\n'),
    change: { delaySeconds: hedged.delay },
  }
}

/** The change is seen when the function is called as before and would gain less than half as much, for three blocks. */
function appliedAt(evidence: Evidence, { subject, createdAt, saving }: Proposal): number | undefined {
  const { span } = evidence
  const [called, left] = [evidence.of(questions.functionCalls).total(subject), gained(evidence, subject)]
  const usual = growthInWindow(called.slice(0, indexAt(span, createdAt) + 1), span).perSecond
  const isBetter = (index: number): boolean =>
    (called[index] ?? 0) > (usual * span.blockSeconds) / 2 && (left[index] ?? 0) < (saving.likely * span.blockSeconds) / 2
  return lastingSince(span, createdAt, isBetter)
}

const runbook = `# Make a second attempt when a call is slow

## What it means
Most calls are quick and a few take ten times as long or more, by chance: a busy server, a lost packet. Another attempt at that moment would most likely be quick (Dean and Barroso, The Tail at Scale, 2013).

## How the saving is computed
From the histogram \`${calls.duration.name}\`. The second attempt is made after the first bound that 95 % of the calls keep below:

    saving = calls/s × Σ over t > delay of P(first > t) × P(second ≤ t − delay) × share that is chance

Whether it is chance is seen by the SDK: of the calls with the arguments of a slow one, how many are slow again (\`${runs.calls.name}\`, patterns \`after_slow\` and \`slow_again\`, by hashes of arguments that are followed). 5 % are by chance; what is beyond that, by Wilson's interval, is taken from the gain. Within a bucket durations are taken to be spread evenly in their logarithm. The interval is never narrower than a quarter to either side, because buckets are coarse. It is waiting time of calls, and more than the run gains where other work takes as long.

## When it does not apply
- The function writes: the second attempt may do it twice. Its name is asked, and what spans show within its calls; look at the code as well.
- Slow calls are slow again with the same arguments: then the arguments are slow.
- One slow process of many: its own calls are all alike, so that nothing there counts as slow by chance.
- The other side is at its limit: 5 % more load make it slower for all.

## How to verify it
Profile the function with its second attempt under the same name. When it would gain less than half as much, Pitwall takes the change as made, and compares the seconds of a call with those before.
`

/** Ten calls a second of which so many take 20 ms and the rest 1.5 s. */
function tailed({ slow = 0.03, perSecond = 10, again = 0.05, after = 0.1, called = 'quoteRate' }): WrittenSeries[] {
  const labels = { 'code.function.name': called }
  const ofPattern = (pattern: string, each: number): WrittenSeries =>
    written(runs.calls, { ...labels, 'pitwall.run.pattern': pattern }, each)
  return [
    ...writtenMean(calls.duration, labels, perSecond, 0.02 * (1 - slow) + 1.5 * slow),
    ...writtenBuckets(calls.duration, labels, perSecond, (edge) => (edge < 0.02 ? 0 : edge < 1.5 ? 1 - slow : 1)),
    ofPattern('after_slow', after),
    ofPattern('slow_again', after * again),
  ]
}

export default {
  title: 'Make a second attempt when a call is slow',
  effort: 'hours',
  subjectKind: 'function',
  questions: [durationBuckets, questions.functionCalls, questions.runCalls, questions.runGroups, ...effectQuestions],
  costQuestions: [questions.functionSeconds, questions.functionCalls],
  evaluate: judgeEach(durationBuckets, judge),
  appliedAt,
  hasControls: true,
  cost: (evidence, subject) => ({
    spent: evidence.of(questions.functionSeconds).total(subject),
    requests: evidence.of(questions.functionCalls).total(subject),
  }),
  runbook,
  cases: [
    { title: 'three calls in a hundred are slow, by chance', says: 'finding', series: tailed({}) },
    { title: 'slow ones are slow again with the same arguments', says: 'notAdvised', series: tailed({ again: 0.95 }) },
    { title: 'a function that writes', says: 'notAdvised', series: tailed({ called: 'bookSeat' }) },
    { title: 'arguments that do not come back', says: 'notEnoughData', series: tailed({ after: 0 }) },
    { title: 'few calls', says: 'notEnoughData', series: tailed({ perSecond: 1 }) },
    { title: 'no tail', says: 'nothing', series: tailed({ slow: 0.002 }) },
  ],
} satisfies Rule
