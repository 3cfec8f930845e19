import { pools } from '@pitwall/sdk/contract'
import { estimate } from '../prediction/estimate.ts'
import { riseAt } from '../prediction/memory-cache.ts'
import { poolWait } from '../prediction/queueing.ts'
import { trendOf } from '../prediction/trend.ts'
import { growthInWindow } from '../prediction/window.ts'
import { blockStart, type Evidence, indexAt, type Span } from '../prometheus/evidence.ts'
import { select, selectPart } from '../prometheus/promql.ts'
import { area, either, growth, level, type SubjectLabels, together } from '../prometheus/question.ts'
import { type Blocks, lastOf } from '../prometheus/series.ts'
import type { Subject } from '../prometheus/subject.ts'
import { writtenLevel, writtenMean, type WrittenSeries } from '../prometheus/written-series.ts'
import type { Saving } from '../recommendation/recommendation.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatSaving, formatSeconds, formatShare } from '../text/numbers.ts'
import { plain } from '../text/table.ts'
import { type Answer, type Cost, judgeEach, type Proposal, type Rule } from './rule.ts'

/** With so many of its connections in use nobody sees how much more would be asked of it, nor whether the database is what is full. */
const FULL = 0.97

/** Random arrivals wait as Erlang says, bursts of four 3.2 times as long (docs/how-it-predicts.md). What waits longer has another cause. */
const MOST_UNLIKE = 5

/** Each connection costs memory and a process of the database: more than so many times the present ones are not proposed. */
const MOST_LARGER = 3

/** Savings are not foretold more exactly than this share of them. */
const FLOOR = 0.05

const aPool: SubjectLabels = { name: 'db.client.connection.pool.name', kind: 'pool' }

/**
 * Seconds that requests waited for a connection, and that connections were in use: as they were measured, else by how many wait
 * and are used (Little's law). And how often one was borrowed.
 */
export const use = together({
  waited: either(growth(selectPart(pools.waitTime, 'sum'), aPool), area(select(pools.pendingRequests), aPool)),
  used: either(growth(selectPart(pools.useTime, 'sum'), aPool), area(select(pools.count, { 'db.client.connection.state': 'used' }), aPool)),
  uses: either(growth(selectPart(pools.useTime, 'count'), aPool), growth(selectPart(pools.waitTime, 'count'), aPool)),
})
/** Connections that each process may open. */
export const limits = level('min', select(pools.max), aPool, ['service.instance.id'])

/** A pool, as its processes have it. */
interface Pool {
  readonly processes: number
  /** Connections of the process that may open the fewest. */
  readonly size: number
}

function judge(subject: Subject, evidence: Evidence, settings: Settings): Answer | undefined {
  const { span } = evidence
  const pool = poolOf(evidence, subject)
  if (pool === undefined) return undefined
  const [waited, used, uses] = ['waited', 'used', 'uses'].map((part) => evidence.of(use).part(subject, part))
  if (waited === undefined || used === undefined || uses === undefined) return undefined
  const [waiting, borrowed] = [growthInWindow(waited, span).perSecond, growthInWindow(uses, span).total]
  // An open recommendation is kept down to half of what a new one needs.
  if (waiting < settings.minSaving / 2) {
    return notAdvised(subject, `its requests wait for a connection only ${formatSeconds(waiting)} in each second, all together`)
  }
  if (borrowed < settings.minRequests) {
    return notKnown(
      subject,
      `${formatNumber(Math.floor(borrowed))} times that a connection was borrowed in the window, needs ${settings.minRequests}`,
    )
  }
  const inUse = growthInWindow(used, span).perSecond / pool.processes
  const share = formatShare(Math.min(1, inUse / pool.size))
  if (inUse >= FULL * pool.size) {
    return notKnown(
      subject,
      `times when not all of its connections are in use (now ${share} of the time), to know what would be asked of more`,
    )
  }
  if (holdsLongerWhenBusy(used, uses)) {
    return notAdvised(subject, `its connections are in use for longer when more of them are asked for: the database is what is busy`)
  }
  const expected = waitingFor(inUse, pool.size) * pool.processes
  if (waiting > MOST_UNLIKE * expected) {
    const found = `its requests wait ${formatSeconds(waiting)} in each second, where such a load makes ${formatSeconds(expected)}`
    return notAdvised(subject, `${found}: they come in bursts, or wait in few of the processes`)
  }
  const size = sizeFor(inUse, pool, waiting * (1 - settings.reach))
  const saving = saved(waited, used, { ...pool, size }, span)
  if (saving === undefined) return notKnown(subject, 'waits in at least three blocks of the window')
  return {
    kind: 'finding',
    subject,
    title: `Give the pool ${subject.name} more connections`,
    advice: `Set the maximum of the pool ${subject.name} to ${size} connections in each process, if the database has room for them.`,
    saving,
    evidence: [
      `Each of ${formatNumber(pool.processes)} processes may open ${pool.size} connections, and has ${formatNumber(inUse)} in use on average, ${share}.`,
      `${formatNumber(Math.round(borrowed))} requests waited ${formatSeconds(waiting)} in each second, all together; by Erlang's formula such a load makes ${formatSeconds(expected)}.`,
      `Predicted: ${formatSaving(saving)}.`,
    ],
    example: [
      `// ${plain(subject.name)}: ${pool.size} connections now`,
      `const pool = new Pool({ max: ${size} }) // of pg; mysql2: connectionLimit, mongodb: maxPoolSize`,
      ``,
    ].join('\n'),
    change: { maxConnections: size },
  }
}

function poolOf(evidence: Evidence, subject: Subject): Pool | undefined {
  const latest = evidence
    .of(limits)
    .rows(subject)
    .map(({ blocks }) => lastOf(blocks.slice(-2)) ?? 0)
  const sizes = latest.filter((size) => size >= 1).map((size) => Math.floor(size))
  return sizes.length === 0 ? undefined : { processes: sizes.length, size: Math.min(...sizes) }
}

/** Requests that wait on average, which is also the seconds that they wait in each second. `inUse` below `size`. */
function waitingFor(inUse: number, size: number): number {
  const wait = poolWait({ arrivalsPerSecond: inUse, serviceSeconds: 1, squaredVariation: 1 }, size)
  return wait?.kind === 'steady' ? wait.seconds * inUse : Infinity
}

/** The smallest size, in steps of a fifth, that leaves no more than so many requests waiting in all processes together. */
function sizeFor(inUse: number, { processes, size }: Pool, left: number): number {
  const step = Math.max(1, Math.round(size / 5))
  let larger = size + step
  while (larger < MOST_LARGER * size && waitingFor(inUse, larger) * processes > left) larger += step
  return larger
}

/** What is waited now less what would be, by Erlang's formula for the load of each block. */
function saved(waited: Blocks, used: Blocks, { processes, size }: Pool, span: Span): Saving | undefined {
  const amounts = waited.map((seconds, index) => {
    const inUse = used[index]
    if (seconds === undefined || inUse === undefined) return undefined
    const remaining = waitingFor(inUse / span.blockSeconds / processes, size) * processes * span.blockSeconds
    return seconds - Math.min(seconds, remaining)
  })
  const seconds = amounts.map((amount) => (amount === undefined ? undefined : span.blockSeconds))
  const floor = FLOOR * growthInWindow(amounts, span).perSecond
  const found = estimate({ amounts, requests: seconds, windowBlocks: span.windowBlocks, floor })
  return found && { unit: 's/s', ...found }
}

/** Whether a use takes longer in blocks with more of them: a larger pool would then only move the wait into the database. */
function holdsLongerWhenBusy(used: Blocks, uses: Blocks): boolean {
  const blocks = uses.flatMap((count, index) => {
    const seconds = used[index]
    return !count || seconds === undefined ? [] : [{ count, seconds: seconds / count }]
  })
  const byLoad = blocks.toSorted((a, b) => a.count - b.count).map(({ seconds }) => seconds)
  const trend = trendOf(byLoad, 1)
  return trend.kind === 'trend' && trend.perSecond.lower > 0
}

function notAdvised(subject: Subject, reason: string): Answer {
  return { kind: 'notAdvised', subject, reason }
}

function notKnown(subject: Subject, needs: string): Answer {
  return { kind: 'notEnoughData', subject, needs }
}

/** The smallest limit of all processes: the change is made when the last one has it. */
function appliedAt(evidence: Evidence, { subject, createdAt }: Proposal): number | undefined {
  const rows = evidence.of(limits).rows(subject)
  const smallest = Array.from({ length: evidence.span.blocks }, (_, index) => {
    const sizes = rows.flatMap(({ blocks }) => blocks[index] ?? [])
    return sizes.length === 0 ? undefined : Math.min(...sizes)
  })
  const index = riseAt(smallest, indexAt(evidence.span, createdAt))
  return index === undefined ? undefined : Math.max(createdAt, blockStart(evidence.span, index))
}

function cost(evidence: Evidence, subject: Subject): Cost {
  return { spent: evidence.of(use).part(subject, 'waited'), requests: evidence.of(use).part(subject, 'uses'), per: 'use of a connection' }
}

const runbook = `# Give a pool more connections

## What it means
Requests wait for a connection to the database, because all that the pool may open are in use, while the database itself is not what is busy.

## How the saving is computed
The client's instrumentation exports how long requests waited (\`${pools.waitTime.name}\`) and how long connections were in use (\`${pools.useTime.name}\`), or else how many wait and are in use (\`${pools.pendingRequests.name}\`, \`${pools.count.name}\`); and \`${pools.max.name}\`. Connections in use, on average, are the load of the pool, and stay the same when the pool grows.

    saving = seconds waited in each second − seconds that Erlang's formula leaves for the same load and the new size

The new size is the smallest, in steps of a fifth of the present one, that leaves 5 % of the present waits, up to three times as many. The interval comes from the differences between the blocks of the window and between earlier windows, and is never narrower than 5 % of the saving.

## When it does not apply
- A use takes longer when there are more of them: the database is what is busy, and more connections make it busier.
- 97 % or more of the connections are in use all the time: nobody knows what would be asked of more.
- Requests wait more than five times as long as the formula says for such a load: they come in bursts, wait in one process of many, or connections are not given back.
- Nothing tells how often connections are borrowed, or how many there may be.

## How to verify it
Raise the maximum in every process. Pitwall sees the larger \`${pools.max.name}\`, and compares the seconds waited for each borrowed connection with those before. See that the database's own limit (\`max_connections\`) holds all pools of all processes.
`

const named = { 'db.client.connection.pool.name': 'orders' } as const

/** A pool of ten connections, of which so many are in use, by uses of 50 ms; so many requests wait. */
function pool({ inUse = 8.5, waiting = 2.6, scale = 1 }): WrittenSeries[] {
  return [
    writtenLevel(pools.max, named, 10),
    ...writtenMean(pools.useTime, named, (inUse / 0.05) * scale, 0.05 / scale),
    ...writtenMean(pools.waitTime, named, (inUse / 0.05) * scale, waiting / ((inUse / 0.05) * scale)),
  ]
}

export default {
  title: 'Give a pool more connections',
  effort: 'minutes',
  subjectKind: 'pool',
  questions: [use, limits],
  costQuestions: [use],
  evaluate: judgeEach(limits, judge),
  appliedAt,
  hasControls: false,
  cost,
  runbook,
  cases: [
    { title: 'eight or nine of ten connections are in use, and requests wait', says: 'finding', series: pool({}) },
    { title: 'half of the connections are in use', says: 'notAdvised', series: pool({ inUse: 5, waiting: 0.001 }) },
    { title: 'requests wait that come all at once', says: 'notAdvised', series: pool({ inUse: 4, waiting: 3 }) },
    { title: 'all connections are in use all the time', says: 'notEnoughData', series: pool({ inUse: 9.95, waiting: 40 }) },
    { title: 'a handful of requests', says: 'notEnoughData', series: pool({ scale: 0.001 }) },
    { title: 'a pool without a limit that is known', says: 'nothing', series: pool({}).slice(1) },
  ],
} satisfies Rule
