import { eventLoop, heap, pools } from '@pitwall/sdk/contract'
import { estimate, scaled } from '../prediction/estimate.ts'
import { MIN_HOURS, saturation } from '../prediction/saturation.ts'
import { blockStart, type Evidence, indexAt } from '../prometheus/evidence.ts'
import { HOURS_A_DAY, inHours } from '../prometheus/hours.ts'
import { capacity, EVENT_LOOP, HEAP, usage } from '../prometheus/limited-resources.ts'
import { type Blocks, lastOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { writtenLevel, type WrittenSeries } from '../prometheus/written-series.ts'
import { formatNumber, formatShare } from '../text/numbers.ts'
import { plain } from '../text/table.ts'
import { type Answer, type Cost, judgeEach, type Proposal, type Rule } from './rule.ts'

/** A heap is collected again and again above this share of its limit, before it ends the process. */
const FULL_HEAP = 0.9
/** What waits for a processor, or for a connection, waits about five times as long as it is served above this share (M/M/1). */
const FULL = 0.8
/** The change must do for so long. */
const DAYS = 30
/** Times by which what there is may be enlarged; beyond the last, growth itself is the problem. */
const FACTORS = [1.25, 1.5, 2, 3, 4] as const
const MIB = 1024 ** 2

/** Used shares of each hour of the last week. */
export const usageOfHours = inHours(usage)

function judge(subject: Subject, evidence: Evidence): Answer | undefined {
  const full = subject.name === HEAP ? FULL_HEAP : FULL
  const found = saturation(evidence.of(usageOfHours).total(subject), full, evidence.span)
  if (found.kind === 'not-known') {
    const used = lastOf(evidence.of(usageOfHours).total(subject)) ?? 0
    const needs = `${MIN_HOURS} hours, four of five of them measured, to tell growth from the time of day; there are ${found.hours}`
    return found.hours < HOURS_A_DAY || used < full / 2 ? undefined : { kind: 'notEnoughData', subject, needs }
  }
  if (found.kind === 'holds') return undefined
  const spent = seconds(evidence, subject)
  const share = estimate({ amounts: spent.spent, requests: spent.requests, windowBlocks: evidence.span.windowBlocks, floor: 0.01 })
  const now = lastOf(evidence.of(capacity).total(subject))
  if (share === undefined || now === undefined)
    return { kind: 'notEnoughData', subject, needs: 'measurements in at least three blocks of the window' }
  const then = found.fullest + found.perDay * DAYS
  const factor = FACTORS.find((times) => then / times <= full) ?? FACTORS.at(-1) ?? 1
  const change = changeOf(subject, now, factor)
  return {
    kind: 'finding',
    subject,
    ...change,
    saving: { unit: 'ratio', ...scaled(share, 1 - 1 / change.factor) },
    evidence: [
      `It is used to ${formatShare(found.fullest)} in the busiest hour of the last day, and to ${formatShare(found.perDay)} more every day.`,
      `At this rate it is full (${formatShare(full)}) on ${date(found.likely)}, with 95 % ${found.latest === Infinity ? `not before ${date(found.earliest)}` : `from ${date(found.earliest)} to ${date(found.latest)}`}.`,
      `With ${formatNumber(change.factor)} times as much, ${formatShare(share.likely * (1 - 1 / change.factor))} of it becomes free.`,
    ],
  }
}

/** What to enlarge, and to what. */
function changeOf({ service, name }: Subject, now: number, factor: number) {
  if (name === EVENT_LOOP) {
    const processes = Math.ceil(now * factor)
    return {
      factor: processes / now,
      title: `Take load off the ${name} of ${service} before it is full`,
      advice: `Run ${processes} processes of ${service} instead of ${now}, or give its work to worker threads.`,
      example: `# ${name} of ${service}, in docker compose\nservices:\n  agent:\n    deploy:\n      replicas: ${processes}\n`,
      change: { processes },
    }
  }
  if (name === HEAP) {
    const limit = Math.ceil((now * factor) / MIB / 64) * 64
    return {
      factor: (limit * MIB) / now,
      title: `Make room in the ${name} of ${service} before it is full`,
      advice: `Find what grows in ${service}, which fills any limit in time; until then, raise --max-old-space-size to ${limit}.`,
      example: `# ${name} of ${service}\nNODE_OPTIONS=--max-old-space-size=${limit}\n`,
      change: { maxOldSpaceMiB: limit },
    }
  }
  const connections = Math.ceil(now * factor)
  return {
    factor: connections / now,
    title: `Enlarge the pool ${name} of ${service} before it is full`,
    advice: `Let each process of ${service} open ${connections} connections of ${name} instead of ${now}, if the database can take them.`,
    example: `// the pool ${plain(name)}, for example that of pg\nconst pool = new Pool({ max: ${connections} })\n`,
    change: { connections },
  }
}

const date = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 10)

/** The used share as seconds of each second, so that it is compared like a cost. */
function seconds(evidence: Evidence, subject: Subject): Cost {
  const { blockSeconds } = evidence.span
  const used: Blocks = evidence.of(usage).total(subject)
  const times = (factor: (share: number) => number): Blocks =>
    used.map((share) => (share === undefined ? undefined : factor(share) * blockSeconds))
  return { spent: times((share) => share), requests: times(() => 1) }
}

/** The change is seen when there is a tenth more of it than when it was proposed. */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const { span } = evidence
  const blocks = evidence.of(capacity).total(subject)
  const then = lastOf(blocks.slice(0, indexAt(span, createdAt) + 1))
  if (then === undefined) return undefined
  const first = blocks.findIndex((value, index) => value !== undefined && value >= 1.1 * then && blockStart(span, index + 1) > createdAt)
  return first < 0 ? undefined : Math.max(createdAt, blockStart(span, first))
}

const runbook = `# Make room before something is full

## What it means
Something that has a limit is used more every day: the heap of the fullest process after collections (\`${heap.afterGc.name}\` of \`${heap.limit.name}\`), its event loop (\`${eventLoop.utilization.name}\`), or a pool of connections (\`${pools.count.name}\` of \`${pools.max.name}\`). The rule says when it will be full, with an interval: a heap at 90 %, where the process collects garbage again and again and then ends; an event loop or a pool at 80 %, where what waits for it waits about five times as long as it is served.

## How the saving is computed
A line through the hours of the last week, the daily cycle divided out, and the time at which the busiest hour of a day reaches the limit, with Fieller's interval. It speaks only of growth that chance shows less than once in a hundred, in the second half of the week as well.

    saving = used share now × (1 - limit now / limit as advised)

The limit that is advised does for 30 days of the same growth. The interval comes from the differences between the blocks of the window and between earlier windows.

## When it does not apply
- Three days are not there yet, or more than one hour in five is missing.
- A step, a start that levels off, or a daily cycle: that is no growth.
- Growth that a deploy ends every few days: then nothing grows over the week.
- Caches that fill up to their limit: that is what the limit is for. Whether it is too low is the business of \`undersized-cache\`.

## How to verify it
Raise the limit, or run more processes, as advised. When there is a tenth more than before, Pitwall takes the change as made, and compares the used share with that before.
`

/** Hours since a moment count up: a heap of 1 GiB that grows by so many MiB an hour, from so many. */
function growing(from: number, perHour: number, later?: number): WrittenSeries[] {
  const growth = { ...writtenLevel(heap.afterGc, {}, from * MIB), perSecond: (perHour * MIB) / 3_600 }
  return [
    later === undefined ? growth : { ...growth, later: { from: 0.3, perSecond: (later * MIB) / 3_600 } },
    writtenLevel(heap.limit, {}, 1_024 * MIB),
  ]
}

const orders = { 'db.client.connection.pool.name': 'orders' } as const

export default {
  title: 'Make room before something is full',
  effort: 'hours',
  subjectKind: 'pool',
  questions: [usageOfHours, usage, capacity],
  costQuestions: [usage],
  evaluate: judgeEach(usageOfHours, judge),
  looksBack: true,
  appliedAt,
  hasControls: false,
  cost: (evidence, subject) => seconds(evidence, subject),
  runbook,
  cases: [
    { title: 'a heap of 1 GiB that grows by 4 MiB an hour', says: 'finding', days: 5, series: growing(200, 4) },
    {
      title: 'an event loop that is busier every day',
      says: 'finding',
      days: 5,
      series: [{ ...writtenLevel(eventLoop.utilization, {}, 0.3), perSecond: 0.07 / 86_400 }],
    },
    {
      title: 'a pool of ten connections of which one more is used every day',
      says: 'finding',
      days: 5,
      series: [
        { ...writtenLevel(pools.count, { ...orders, 'db.client.connection.state': 'used' }, 2), perSecond: 1 / 86_400 },
        writtenLevel(pools.max, orders, 10),
      ],
    },
    { title: 'a heap that stays where it is', says: 'nothing', days: 5, series: growing(800, 0) },
    { title: 'a heap that grows so slowly that there are months', says: 'nothing', days: 5, series: growing(200, 0.1) },
    { title: 'a heap that fills while the agent starts', says: 'nothing', days: 5, series: growing(100, 10, 0) },
    { title: 'a heap that shrinks', says: 'nothing', days: 5, series: growing(800, -4) },
    { title: 'two days of growth', says: 'notEnoughData', days: 2, series: growing(500, 4) },
  ],
} satisfies Rule
