import { eventLoop, runtime } from '@pitwall/sdk/contract'
import { collectionQuestions, collectionTime } from '../prediction/collection-time.ts'
import { estimate } from '../prediction/estimate.ts'
import { lastingSince } from '../prediction/lasting-change.ts'
import { assumptions, type Waiting, waitingOf, waitingSaved, waitingSeconds } from '../prediction/loop-waiting.ts'
import { loopTime, meanOf, utilizations } from '../prediction/loop-use.ts'
import { mean } from '../prediction/moments.ts'
import { concerned, latest, together } from '../prediction/processes.ts'
import { growthInWindow } from '../prediction/window.ts'
import { type Evidence, indexAt } from '../prometheus/evidence.ts'
import { processQuestions } from '../prometheus/process-questions.ts'
import { questions } from '../prometheus/questions.ts'
import type { Blocks } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { written, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Estimate } from '../recommendation/recommendation.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatShare } from '../text/numbers.ts'
import { type Answer, type Cost, judgeEach, type Proposal, type Rule } from './rule.ts'

/** An event loop that works for this share of the time makes what comes wait 2.3 times as long as it takes (exponential times). */
const BUSY = 0.7

/** What a loop is brought down to. */
const GOAL = 0.6

/** Of the blocks of the window, and of all that is known, so many must be busy: a peak passes by itself. */
const MOST = 0.5

/** A loop that is never idle may be one that nobody waits for. */
const NEVER_IDLE = 0.98

/** Where garbage collection takes so much of the busy time, it is what has to be changed. */
const COLLECTING = 0.3

function shareBusy(blocks: Blocks): number {
  const present = blocks.filter((value) => value !== undefined)
  return present.length === 0 ? 0 : present.filter((value) => value >= BUSY).length / present.length
}

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const loops = utilizations(evidence, subject)
  const running = [...latest(loops).keys()]
  if (running.length === 0) return undefined
  const window = (process: string): Blocks => (loops.get(process) ?? []).slice(-span.windowBlocks)
  const means = new Map(running.map((process) => [process, meanOf(window(process))]))
  const busy = concerned(means, (value, process) => value >= BUSY && shareBusy(window(process)) >= MOST)
  const most = formatShare(Math.max(...means.values()))
  if (busy.count === 0) return { kind: 'notAdvised', subject, reason: `its event loops are busy for ${most} of the time at most` }
  if (!busy.isService) {
    return { kind: 'notAdvised', subject, reason: `only ${busy.text} has a busy event loop, ${most}: what it gets could go to others` }
  }
  // Of all blocks together: processes that a deploy replaced knew the time before the peak.
  const always = shareBusy([...loops.values()].flat())
  if (always < MOST) {
    return {
      kind: 'notAdvised',
      subject,
      reason: `its event loops are busy now, but only for ${formatShare(always)} of what is known: a peak`,
    }
  }
  const collections = collectionTime(evidence, subject, ['minor', 'major', 'incremental'])
  const collecting = mean([...(collections?.shares.values() ?? [])])
  if (collecting >= COLLECTING) {
    return { kind: 'notAdvised', subject, reason: `garbage collection takes ${formatShare(collecting)} of its busy time, and comes first` }
  }
  const usual = mean([...means.values()])
  const called = evidence
    .of(questions.functionCalls)
    .subjects()
    .filter(({ service }) => service === subject.service)
    .reduce((sum, one) => sum + growthInWindow(evidence.of(questions.functionCalls).total(one), span).total, 0)
  if (usual >= NEVER_IDLE && called < settings.minRequests) {
    return { kind: 'notEnoughData', subject, needs: 'calls of profiled functions, as its event loops never rest and perhaps nobody waits' }
  }
  const wanted = Math.ceil((running.length * usual) / GOAL)
  const saved = (waiting: Waiting): Estimate | undefined => saving([...loops.values()], wanted, waiting, evidence)
  const [lower, likely, upper] = [saved(assumptions.lower), saved(assumptions.likely), saved(assumptions.upper)]
  if (lower === undefined || likely === undefined || upper === undefined) {
    return { kind: 'notEnoughData', subject, needs: 'measurements in at least three blocks of the window' }
  }
  const found = {
    unit: 's/s',
    lower: Math.min(lower.lower, likely.likely),
    likely: likely.likely,
    upper: Math.max(upper.upper, likely.likely),
  } as const
  const blocker = largestBlocker(evidence, subject)
  return {
    kind: 'finding',
    subject,
    title: `Relieve the event loops of ${subject.name}`,
    advice: `Run ${subject.name} in ${wanted} processes${blocker === undefined ? '' : `, or take ${blocker.name} off the event loop first`}.`,
    saving: found,
    evidence: [
      `The event loops of ${busy.text} are busy for ${formatShare(usual)} of the time, and were so for most of it.`,
      `Work waits there for ${formatNumber(running.length * waitingSeconds(usual, assumptions.likely))} s in each second, all together; with ${wanted} processes instead of ${running.length} each would be busy for ${formatShare((running.length * usual) / wanted)}.`,
      ...(blocker === undefined
        ? []
        : [
            `${blocker.name} alone holds them for ${formatNumber(blocker.perSecond)} s/s: without it they would be busy for ${formatShare(Math.max(0, usual - blocker.perSecond / running.length))}.`,
          ]),
      `Predicted: ${formatSaving(found)}.`,
    ],
    example: `# ${subject.name}: processes that divide the work among them, each with an event loop of its own\nkubectl scale deployment/${subject.name} --replicas=${wanted}\n\n# or on one machine, where it has so many processors\npm2 start agent.js --instances ${wanted} --node-args="--import @pitwall/sdk/register"\n`,
    change: { processes: wanted },
  }
}

function saving(loops: readonly Blocks[], wanted: number, waiting: Waiting, { span }: Evidence): Estimate | undefined {
  const saved = waitingSaved(loops, wanted, waiting)
  return estimate({
    amounts: saved.map((value) => (value === undefined ? undefined : value * span.blockSeconds)),
    requests: saved.map((value) => (value === undefined ? undefined : span.blockSeconds)),
    windowBlocks: span.windowBlocks,
    floor: 0,
  })
}

/** The function that holds the event loops the longest, where that is a tenth of their time at least. */
function largestBlocker(evidence: Evidence, subject: Subject): { readonly name: string; readonly perSecond: number } | undefined {
  const table = evidence.of(questions.blockedSeconds)
  const work = growthInWindow(together(loopTime(evidence, subject, 'active')), evidence.span).perSecond
  return table
    .subjects()
    .filter(({ service }) => service === subject.service)
    .map((one) => ({ name: one.name, perSecond: growthInWindow(table.total(one), evidence.span).perSecond }))
    .filter(({ perSecond }) => perSecond >= work / 10)
    .toSorted((a, b) => b.perSecond - a.perSecond)[0]
}

/** The change is seen when there are more processes than at the time of the proposal. */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const { span } = evidence
  const active = [...loopTime(evidence, subject, 'active').values()]
  const processes = (index: number): number => active.filter((blocks) => blocks[index] !== undefined).length
  const from = indexAt(span, createdAt)
  // A rolling deploy, which has both the old and the new ones for a while, is over sooner.
  return lastingSince(span, createdAt, (index) => processes(index) > processes(from))
}

/** Seconds of waiting, as computed from the utilization, for each second of work. */
function cost(evidence: Evidence, subject: Subject): Cost {
  const waiting = waitingOf([...utilizations(evidence, subject).values()], assumptions.likely)
  return {
    spent: waiting.map((seconds) => (seconds === undefined ? undefined : seconds * evidence.span.blockSeconds)),
    requests: together(loopTime(evidence, subject, 'active')),
    per: 'second of work',
  }
}

const runbook = `# Relieve event loops that are busy most of the time

## What it means
An event loop does one thing at a time. When it works for more than 70 % of the time, what arrives waits longer than it takes itself, and a little more load makes it wait several times as long. At least half of the processes are like that, in most of the window and in most of the windows before.

## How the saving is computed
\`${eventLoop.time.name}\` gives the share ρ of time that each event loop works. By the formula of Pollaczek and Khinchine for random arrivals, the seconds that work waits in each second are

    waiting = ρ² × (1 + v) / (2 × (1 − ρ))
    saving  = waiting of all processes now − waiting of so many that each works for 60 % of the time

v is the squared variation of the pieces of work: 1 (exponential times) is likely, the lower bound has 0 (all take equally long), the upper one 4. ρ counts for 0.95 at most, and for 0.9 in the lower bound. What is saved is waiting of calls, not processor time.

## When it does not apply
- The event loops are idle, or busy for a peak that is shorter than half of what is known.
- Fewer than half of the processes are busy: the work is badly divided.
- Garbage collection takes 30 % of the busy time or more: \`semi-space\` and \`old-space-pressure\` speak of that.
- An event loop that never rests, without a profiled call: perhaps it computes for nobody who waits.
- Work that nobody waits for, such as batches; and hosts without a processor for every process.

## How to verify it
Start more processes; or move what holds the event loop into worker threads (\`blocked-event-loop\` names it by \`${runtime.blockedTime.name}\`), which is verified there. When there are more processes for three blocks, Pitwall takes the change as made, and compares the waiting for each second of work, by the same formula, with that before.
`

const busyFor = (share: number, name = 'one'): WrittenSeries[] =>
  ['active', 'idle'].map((state) => {
    const series = written(eventLoop.time, { 'nodejs.eventloop.state': state }, state === 'active' ? share : 1 - share)
    return { ...series, labels: { ...series.labels, service_instance_id: name } }
  })
const collecting = writtenMean(runtime.gcDuration, { 'v8js.gc.type': 'major' }, 1, 0.4).map((series) => ({
  ...series,
  labels: { ...series.labels, service_instance_id: 'one' },
}))

export default {
  title: 'Relieve event loops that are busy most of the time',
  effort: 'hours',
  subjectKind: 'service',
  questions: [...collectionQuestions, questions.functionCalls, questions.blockedSeconds],
  costQuestions: [processQuestions.loopSeconds],
  evaluate: judgeEach(processQuestions.loopSeconds, judge),
  appliedAt,
  hasControls: false,
  cost,
  runbook,
  cases: [
    { title: 'two event loops that are busy for 85 % of the time', says: 'finding', series: [...busyFor(0.85), ...busyFor(0.85, 'two')] },
    { title: 'an event loop that rests', says: 'notAdvised', series: busyFor(0.3) },
    { title: 'an idle process', says: 'notAdvised', series: busyFor(0.001) },
    {
      title: 'one of three processes gets all the work',
      says: 'notAdvised',
      series: [...busyFor(0.9), ...busyFor(0.2, 'two'), ...busyFor(0.2, 'three')],
    },
    { title: 'busy with garbage collection', says: 'notAdvised', series: [...busyFor(0.9), ...collecting] },
    { title: 'computes all the time for nobody', says: 'notEnoughData', series: busyFor(1) },
  ],
} satisfies Rule
