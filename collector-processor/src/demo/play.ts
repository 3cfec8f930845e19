import type { Recommendation, Report } from '../recommendation/recommendation.ts'
import { notAdvisedTable, recommendationTable } from '../text/recommendation-table.ts'
import { activeAlerts } from './alerts.ts'
import type { DemoOptimizer } from './demo-optimizer.ts'
import type { Fleet } from './fleet.ts'
import type { LiveLine } from './live-line.ts'
import type { Logbook } from './logbook.ts'
import { pace } from './pace.ts'
import type { Script } from './script.ts'
import { alertLines, applyLine, verdictLines } from './story.ts'
import { pause, watch } from './watch.ts'

/** Everything that takes part in the story. */
export interface Stage {
  readonly script: Script
  readonly fleet: Fleet
  readonly optimizer: DemoOptimizer
  readonly logbook: Logbook
  readonly live: LiveLine
  readonly say: (...lines: readonly string[]) => void
  readonly alertmanager: string | undefined
  /** When the servers were ready, in milliseconds of `performance.now`. */
  readonly readyAtMs: number
  readonly colour: boolean
  readonly signal: AbortSignal
}

/** When the story came to its points, in milliseconds after the servers were ready; null where it never did. */
export interface Played {
  readonly firstTableMs: number | null
  readonly firstVerifiedMs: number | null
  /** Whether it was told to the end: a change verified, or good reason to advise none. */
  readonly told: boolean
}

/** Plays the story: watch, advise, apply the best advice, verify. */
export async function play(stage: Stage): Promise<Played> {
  const { script, fleet, live, say, signal } = stage
  fleet.begin(script.order)
  const begunAtMs = performance.now()
  const elapsedMs = () => performance.now() - begunAtMs
  const over = () => elapsedMs() > script.durationMs + pace.settleMs || fleet.totals().alive === 0
  const ticker = setInterval(() => live.update(fleet.totals(), performance.now()), pace.liveMs)
  try {
    await pause(Math.max(pace.firstLookMs - sinceReady(stage), pace.leastEvidenceMs), signal)
    const first = await firstTable(stage, over)
    const firstTableMs = first === undefined ? null : sinceReady(stage)
    const top = first && (await bestAfter(stage, over, script.applyAfterMs - elapsedMs()))
    if (top === undefined) {
      await tellWhyNot(stage)
      return { firstTableMs, firstVerifiedMs: null, told: script.maybeNothing && !signal.aborted }
    }
    live.end()
    say(applyLine(top, fleet.size), ...script.onApply)
    fleet.apply(top.subject, top.change)
    const verified = await verdict(stage, top, over)
    const firstVerifiedMs = verified === undefined ? null : sinceReady(stage)
    await tellTheRest(stage)
    return { firstTableMs, firstVerifiedMs, told: verified !== undefined }
  } finally {
    clearInterval(ticker)
    live.end()
  }
}

/** Evaluates until there is something to advise, and shows it; undefined when there never was. */
async function firstTable(stage: Stage, over: () => boolean): Promise<Report | undefined> {
  const report = await watchReports(stage, over, ({ recommendations }) => recommendations.length > 0)
  if (report === undefined) return undefined
  stage.live.end()
  stage.say('', recommendationTable(report.recommendations, { colour: stage.colour }))
  return report
}

/** The best advice that stands after so many milliseconds; undefined when there never was one. */
async function bestAfter(stage: Stage, over: () => boolean, milliseconds: number): Promise<Recommendation | undefined> {
  const atMs = performance.now() + milliseconds
  const report = await watchReports(stage, over, (next) => performance.now() >= atMs && bestOf(next) !== undefined)
  return report && bestOf(report)
}

/** The best proposal, once Prometheus remembers it: a change that was made before would look like one that nobody advised. */
function bestOf({ recommendations, evaluatedAt }: Report): Recommendation | undefined {
  const best = recommendations.find(({ state }) => state === 'proposed')
  return best !== undefined && best.createdAt < evaluatedAt ? best : undefined
}

/** Evaluates until the change is judged, and shows the prediction beside the measurement. */
async function verdict(stage: Stage, { id }: Recommendation, over: () => boolean): Promise<Recommendation | undefined> {
  await watchReports(stage, over, () => isJudged(stage.logbook.get(id)))
  const judged = stage.logbook.get(id)
  stage.live.end()
  if (judged !== undefined) stage.say('', `${judged.title}:`, ...verdictLines(judged, stage.colour))
  return isJudged(judged) ? judged : undefined
}

function isJudged(recommendation: Recommendation | undefined): boolean {
  return recommendation?.state === 'verified' || recommendation?.state === 'refuted'
}

async function tellTheRest({ logbook, say, colour }: Stage): Promise<void> {
  say('', recommendationTable(logbook.recommendations, { colour }))
  if (logbook.notAdvised.length > 0) say(notAdvisedTable(logbook.notAdvised, { colour }))
  say(...alertLines(logbook.alerts))
}

async function tellWhyNot({ script, logbook, live, say, colour, signal }: Stage): Promise<void> {
  live.end()
  if (signal.aborted) return
  say('', script.maybeNothing ? 'No advice.' : 'No verdict: too little telemetry arrived to advise from. Is the Collector still running?')
  if (logbook.notAdvised.length > 0) say('', notAdvisedTable(logbook.notAdvised, { colour }))
}

function watchReports(stage: Stage, over: () => boolean, until: (report: Report) => boolean): Promise<Report | undefined> {
  const { optimizer, logbook, alertmanager, signal } = stage
  const cycle = async () => {
    const report = await optimizer.cycle()
    logbook.note(report)
    if (alertmanager !== undefined) logbook.noteAlerts(await activeAlerts(alertmanager))
    return report
  }
  return watch({ cycle, until, over, pauseMs: pace.pauseMs, signal })
}

function sinceReady({ readyAtMs }: Stage): number {
  return Math.round(performance.now() - readyAtMs)
}
