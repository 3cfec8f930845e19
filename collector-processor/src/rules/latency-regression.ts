import { calls } from '@pitwall/sdk/contract'
import { excessSaving } from '../prediction/excess-saving.ts'
import { hourlyMeans, riseOf } from '../prediction/hourly-level.ts'
import { lastingSince } from '../prediction/lasting-change.ts'
import type { SteadyHours, TooFewHours } from '../prediction/steady-hours.ts'
import { surroundingsOf } from '../prediction/surroundings.ts'
import { versionThatCame } from '../prediction/version-arrival.ts'
import { growthInWindow } from '../prediction/window.ts'
import { blockStart, type Evidence, indexAt } from '../prometheus/evidence.ts'
import { HOURS_A_DAY, hoursOf, inHours } from '../prometheus/hours.ts'
import { selectPart } from '../prometheus/promql.ts'
import { growth } from '../prometheus/question.ts'
import { aFunction, questions } from '../prometheus/questions.ts'
import type { Subject } from '../prometheus/subject.ts'
import { writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Settings } from '../settings.ts'
import { formatSaving, formatSeconds, formatShare, identifier } from '../text/numbers.ts'
import { plain } from '../text/table.ts'
import type { Answer, Proposal, Rule } from './rule.ts'

/** Below so many hours of calls nothing is said: a function that is hours old has no level yet. */
const MIN_HOURS = HOURS_A_DAY
/** Blocks in which the calls must be quick again, before the change counts as made. */
const LASTING = 6
/** Of a rise that the other functions share to so much, the cause is not the function. */
const SHARED = 0.5

const uncached = { 'pitwall.function.cached': { not: 'true' } } as const
/** Seconds and calls of each hour of the last week, by version. */
export const secondsOfHours = inHours(growth(selectPart(calls.duration, 'sum', uncached), aFunction, ['service.version']))
export const callsOfHours = inHours(growth(selectPart(calls.duration, 'count', uncached), aFunction, ['service.version']))

/** What all functions did in the week; worked out once for all that are judged. */
type Means = ReadonlyMap<Subject, SteadyHours | TooFewHours>

function judge(subject: Subject, means: Means, evidence: Evidence, settings: Settings): Answer | undefined {
  const [seconds, called] = [evidence.of(questions.functionSeconds).total(subject), evidence.of(questions.functionCalls).total(subject)]
  const own = means.get(subject)
  // Nobody saves more than is spent, and an open recommendation is kept down to half of what a new one needs.
  if (own === undefined || growthInWindow(seconds, evidence.span).perSecond < settings.minSaving / 2) return undefined
  if ('hours' in own) {
    const needs = `calls in 64 of the last hours, and in four of five; it has them in ${own.hours}`
    return own.hours < MIN_HOURS ? undefined : { kind: 'notEnoughData', subject, needs }
  }
  const rise = riseOf(own)
  if (rise === undefined) return undefined
  const since = blockStart(hoursOf(evidence.span), rise.hour)
  const came = versionThatCame(evidence.of(callsOfHours).rows(subject), rise.hour)
  const others = [...means].flatMap(([other, hours]) =>
    other !== subject && other.service === subject.service && 'steady' in hours ? [hours] : [],
  )
  const ofOthers = surroundingsOf(others, own, rise.hour)
  const surroundings = ofOthers ?? 1
  if (surroundings - 1 > SHARED * (rise.ratio - 1)) {
    const reason = `it takes ${formatShare(rise.ratio - 1)} longer since ${at(since)}, and the other functions of ${subject.service} take ${formatShare(surroundings - 1)} longer too: a slower host, or what all of them need${came === undefined ? '' : `; version ${came} came then`}`
    return { kind: 'notAdvised', subject, reason }
  }
  const saving = excessSaving({ seconds, calls: called, week: own, rise, surroundings }, evidence.span)
  if (saving === undefined) return { kind: 'notEnoughData', subject, needs: 'calls in at least three blocks of the window' }
  return {
    kind: 'finding',
    subject,
    title: `Find what made ${subject.name} slower`,
    advice:
      came === undefined
        ? `Look at what ${subject.name} calls, at its data and at its host: no version came when it became slower.`
        : `Compare version ${came} of ${subject.service} with the one before it: ${subject.name} became slower when it came.`,
    saving,
    evidence: [
      `A call took ${formatSeconds(rise.baseline)} until ${at(since)}, and takes ${formatSeconds(rise.baseline * rise.ratio)} since: ${formatShare(rise.ratio - 1)} longer, by ${own.steady.length} hours of calls with the time of day taken out.`,
      ofOthers === undefined
        ? 'No other function of the service is about as slow, to compare it with.'
        : `The other functions of the service take ${formatShare(Math.abs(ofOthers - 1))} ${ofOthers < 1 ? 'less' : 'longer'} in the median.`,
      came === undefined ? 'No version of the service came within two hours of it.' : `Version ${came} came within two hours of it.`,
      `Predicted from the seconds above the earlier level: ${formatSaving(saving)}.`,
    ],
    example: example(subject.name, came),
    change: came === undefined ? {} : { version: came },
  }
}

const at = (seconds: number): string => `${new Date(seconds * 1_000).toISOString().slice(0, 13)}:00Z`

function example(name: string, version: string | undefined): string {
  const fn = identifier(name)
  return [
    `// ${fn}.bench.ts: pitwall benchmark ${fn}.bench.ts`,
    `// ${plain(version === undefined ? `${name} now, and as it was when it was quick` : `${name} before version ${version}, and in it`)}`,
    `export { ${fn} as original } from './before.js'`,
    `export { ${fn} as optimized } from './now.js'`,
    `export const inputs = [/* arguments that ${plain(name)} often gets */]`,
    ``,
  ].join('\n')
}

/** The change is seen when calls took less than halfway up to the present level, in each of the last six blocks. */
function appliedAt(evidence: Evidence, { subject, createdAt, saving }: Proposal): number | undefined {
  const { span } = evidence
  const [seconds, called] = [evidence.of(questions.functionSeconds).total(subject), evidence.of(questions.functionCalls).total(subject)]
  const before = Math.max(LASTING, indexAt(span, createdAt) + 1)
  const [spent, count] = [growthInWindow(seconds.slice(0, before), span), growthInWindow(called.slice(0, before), span)]
  const limit = (spent.perSecond - saving.likely / 2) / count.perSecond
  const isQuick = (index: number): boolean => (called[index] ?? 0) > 0 && (seconds[index] ?? 0) / (called[index] ?? 1) < limit
  return lastingSince(span, createdAt, isQuick, LASTING)
}

const runbook = `# Find what made a function slower

## What it means
The calls of a function take longer than they took earlier in the week, all the time and not at some hours only. The rule says since when, and which version of the service came at that time, where one did.

## How the saving is computed
Mean durations of each hour of the last week (\`${calls.duration.name}\`), by version of the service. The daily cycle is divided out where four days were seen, spikes are clipped, and the point is looked for at which the two sides differ most. It counts when a level that stays would show one like it in one series of 200 at most, when it is above 5 %, and when the last six hours are still up.

    saving = seconds/s - calls/s × mean duration before × what the other functions take longer

The interval comes from the differences between the blocks since the change, and from how well the earlier level is known.

## When it does not apply
- Fewer than 64 hours with ten calls each, or gaps in more than one hour of five: there is no level to compare with. A change is seen after eight hours.
- The other functions of the service became slower alike: that is a slower host, or something all of them need. The rule says so, and advises nothing.
- A daily cycle, a deploy after which calls take as long as before, slow calls after a start.
- A weekly cycle is not known after one week: where calls are quicker on Sundays, Monday may look like a rise for some days.
- A function that calls the slower one takes longer with it, and is advised of too. The innermost of them is the one to look at.

## How to verify it
Compare the two versions on the same inputs (\`pitwall benchmark\`), or look at spans from before and after. When calls took less than half of what was added, for six blocks, Pitwall takes the change as made, and compares the seconds per call with those before.
`

const week = 5
const versioned = (series: readonly WrittenSeries[], version: string): WrittenSeries[] =>
  series.map((one) => ({ ...one, labels: { ...one.labels, service_version: version } }))
const called = (name: string, mean: number, perSecond = 1): WrittenSeries[] =>
  writtenMean(calls.duration, { 'code.function.name': name }, perSecond, mean)
/** Calls that take so long, and so long in the last fifth of the time. */
function changing(name: string, before: number, after: number, perSecond = 1): WrittenSeries[] {
  return called(name, before, perSecond).map((one, index) =>
    index > 0 ? one : { ...one, later: { from: 0.8, perSecond: perSecond * after } },
  )
}
/** The same where that is another version's time. */
function released(name: string, before: number, after: number): WrittenSeries[] {
  const ending = called(name, before).map((one) => ({ ...one, later: { from: 0.8, perSecond: 0 } }))
  const beginning = called(name, after).map((one) => ({ ...one, perSecond: 0, later: { from: 0.8, perSecond: one.perSecond ?? 0 } }))
  return [...versioned(ending, '1.4.0'), ...versioned(beginning, '1.5.0')]
}

export default {
  title: 'Find what made a function slower',
  effort: 'hours',
  subjectKind: 'function',
  questions: [secondsOfHours, callsOfHours, questions.functionSeconds, questions.functionCalls],
  costQuestions: [questions.functionSeconds, questions.functionCalls],
  evaluate: (evidence, settings) => {
    const table = evidence.of(callsOfHours)
    const means: Means = new Map(
      table.subjects().map((subject) => [subject, hourlyMeans(evidence.of(secondsOfHours).total(subject), table.total(subject))]),
    )
    return [...means.keys()].flatMap((subject) => judge(subject, means, evidence, settings) ?? [])
  },
  looksBack: true,
  appliedAt,
  hasControls: true,
  cost: (evidence, subject) => ({
    spent: evidence.of(questions.functionSeconds).total(subject),
    requests: evidence.of(questions.functionCalls).total(subject),
  }),
  runbook,
  cases: [
    {
      title: 'half as slow again since a new version, the others as before',
      says: 'finding',
      days: week,
      series: [...released('search', 0.2, 0.3), ...released('rank', 0.1, 0.1), ...released('load', 0.3, 0.3)],
    },
    { title: 'half as slow again for no reason that is seen', says: 'finding', days: week, series: changing('search', 0.2, 0.3) },
    {
      title: 'a slower host: all functions half as slow again',
      says: 'notAdvised',
      days: week,
      series: [...changing('search', 0.2, 0.3), ...changing('load', 0.3, 0.45, 0.02)],
    },
    { title: 'a new version that is as quick', says: 'nothing', days: week, series: released('search', 0.2, 0.2) },
    { title: 'quicker than before', says: 'nothing', days: week, series: changing('search', 0.3, 0.2) },
    { title: 'slower by less than a twentieth', says: 'nothing', days: week, series: changing('search', 0.3, 0.31) },
    { title: 'two days of calls', says: 'notEnoughData', days: 2, series: changing('search', 0.2, 0.3) },
    { title: 'calls of a few minutes', says: 'nothing', series: called('search', 0.3) },
  ],
} satisfies Rule
