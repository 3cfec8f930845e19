import { growthInWindow } from '../prediction/window.ts'
import type { Evidence } from '../prometheus/evidence.ts'
import { EVENT_LOOP, usage } from '../prometheus/limited-resources.ts'
import type { Blocks } from '../prometheus/series.ts'
import type { HealthState, Recommendation, ServiceHealth } from '../recommendation/recommendation.ts'
import { isOpen } from '../recommendation/total.ts'
import { bypassed } from '../rules/degraded-cache.ts'
import type { Settings } from '../settings.ts'
import { formatNumber, formatShare } from '../text/numbers.ts'
import { outcomes } from './questions.ts'

/** Times as many failed calls as the objective allows, above which a service is bad: the factor of the fastest burn-rate alert. */
const BAD_BURN = 14.4
/** Used share above which something is full soon, and above which it is full: what waits for it waits three times and ten times as long as it is served (M/M/1). */
const BUSY = 0.7
const FULL = 0.9
/** The last so many blocks tell what is there now. */
const NOW_BLOCKS = 3

/** What is said for one reason. */
interface Finding {
  readonly state: Exclude<HealthState, 'unknown'>
  readonly reason: string
}

/** Worst first. */
const order: readonly HealthState[] = ['bad', 'degraded', 'unknown', 'good']

/** Every service that was measured, the worst first: the worst of what is found of it, with all reasons. */
export function healthOf(evidence: Evidence, recommendations: readonly Recommendation[], settings: Settings): readonly ServiceHealth[] {
  const services = new Set(
    [outcomes, usage, bypassed].flatMap((question) =>
      evidence
        .of(question)
        .subjects()
        .map(({ service }) => service),
    ),
  )
  const judged = [...services].map((service) => {
    const found = [
      ...ofCalls(service, evidence, settings),
      ...ofResources(service, evidence),
      ...ofCaches(service, evidence),
      ...ofRecommendations(service, recommendations),
    ].toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
    const [worst] = found
    if (worst === undefined) return { service, state: 'unknown', reasons: [unknown(settings)] } as const
    const counted = found.filter(({ state }) => worst.state === 'good' || state !== 'good')
    return { service, state: worst.state, reasons: counted.map(({ reason }) => reason) }
  })
  return judged.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (a.service < b.service ? -1 : 1))
}

function unknown({ minRequests }: Settings): string {
  return `fewer than ${formatNumber(minRequests)} calls in the window, and nothing else was measured of late`
}

function ofCalls(service: string, evidence: Evidence, { minRequests, errorObjective }: Settings): Finding[] {
  const subject = evidence
    .of(outcomes)
    .subjects()
    .find((one) => one.service === service)
  if (subject === undefined) return []
  const [calls, errors] = ['calls', 'errors'].map((part) => growthInWindow(evidence.of(outcomes).part(subject, part), evidence.span).total)
  if (calls === undefined || calls < minRequests) return []
  const share = Math.min(1, (errors ?? 0) / calls)
  const allowed = 1 - errorObjective
  const state = share > Math.min(BAD_BURN * allowed, 0.5) ? 'bad' : share > allowed ? 'degraded' : 'good'
  return [{ state, reason: `${formatShare(share)} of ${formatNumber(Math.round(calls))} calls failed, ${formatShare(allowed)} may` }]
}

function ofResources(service: string, evidence: Evidence): Finding[] {
  return evidence
    .of(usage)
    .subjects()
    .filter((subject) => subject.service === service)
    .flatMap((subject): Finding[] => {
      const used = latest(evidence.of(usage).total(subject))
      if (used === undefined) return []
      // A heap or a pool that is used to four fifths is used well; an event loop is one server, at which everything waits.
      const busy = subject.name === EVENT_LOOP ? BUSY : FULL
      const state = used > FULL && subject.name === EVENT_LOOP ? 'bad' : used > busy ? 'degraded' : 'good'
      return [{ state, reason: `the ${subject.name} is used to ${formatShare(used)}` }]
    })
}

function ofCaches(service: string, evidence: Evidence): Finding[] {
  return evidence
    .of(bypassed)
    .subjects()
    .filter((subject) => subject.service === service && (latest(evidence.of(bypassed).total(subject)) ?? 0) > 0)
    .map(({ name }): Finding => ({ state: 'degraded', reason: `the cache ${name} is bypassed, because its storage fails` }))
}

function ofRecommendations(service: string, recommendations: readonly Recommendation[]): Finding[] {
  return recommendations
    .filter((one) => one.service === service && isOpen(one) && (one.priority === 'critical' || one.rule === 'latency-regression'))
    .map(({ title, rule }): Finding => ({ state: 'degraded', reason: `${title} (${rule})` }))
}

/** Mean of what was measured of late. */
function latest(blocks: Blocks): number | undefined {
  const known = blocks.slice(-NOW_BLOCKS).filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length
}
