import { runCycle } from './cycle.ts'
import { type PrometheusClient, prometheusClient } from './prometheus/client.ts'
import { configuredDecisions } from './recommendation/decision.ts'
import { type Plan, planOf } from './recommendation/plan.ts'
import type { NotAdvised, Recommendation, ServiceHealth } from './recommendation/recommendation.ts'
import { discoverRules, type NamedRule } from './rules/rule.ts'
import { parseSettings, type SettingsInput } from './settings.ts'
import type { Configuration } from './user-rules/config-file.ts'

const added = new Map<string, NamedRule>()

/** Where to look, and how. */
export interface OptimizationOptions {
  /** Default: environment variables, then the defaults. */
  readonly settings?: SettingsInput
  /** What answers PromQL. Default: the Prometheus of the settings. */
  readonly client?: PrometheusClient
  /** What is accepted and dismissed, as in a configuration file. */
  readonly decisions?: Pick<Configuration, 'accepted' | 'dismissed'>
  /** Moment of the evaluation in Unix seconds. Default: now. */
  readonly now?: number
}

/** What one evaluation says. */
export interface OptimizationResult {
  /** Best first. */
  readonly recommendations: readonly Recommendation[]
  readonly plan: Plan
  readonly notAdvised: readonly NotAdvised[]
  /** Every service that was measured, the worst first. */
  readonly health: readonly ServiceHealth[]
  /** What was not known while it was judged, one sentence each. */
  readonly warnings?: readonly string[]
  /** Why there is no verdict; then nothing was concluded, which is not the same as nothing to improve. */
  readonly noVerdict?: string
}

/** Adds a rule that judges in every `runSystemOptimization` of this process. Throws when one of that id was added, or the id is no name. */
export function addRule(rule: NamedRule): void {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(rule.id)) throw new Error(`The id '${rule.id}' must be lower-case letters, digits and dashes.`)
  if (added.has(rule.id)) throw new Error(`A rule '${rule.id}' was added already; give this one another id.`)
  added.set(rule.id, rule)
}

/** Judges once what Prometheus knows. Rejects with a `SettingsError` for a wrong setting, and when an added rule has an id of ours. */
export async function runSystemOptimization(options: OptimizationOptions = {}): Promise<OptimizationResult> {
  const settings = parseSettings(options.settings, process.env)
  const ours = await discoverRules()
  const twice = ours.find(({ id }) => added.has(id))
  if (twice !== undefined) throw new Error(`Pitwall has a rule '${twice.id}' of its own; give the added one another id.`)
  const { client = prometheusClient(settings), now, decisions = {} } = options
  const rules = [...ours, ...added.values()]
  const cycle = { settings, client, rules, decisions: configuredDecisions(decisions) }
  const report = await runCycle({ ...cycle, ...(now === undefined ? {} : { now }) })
  const { recommendations, notAdvised, health = [], noVerdict, warnings } = report
  return {
    recommendations,
    plan: planOf(recommendations),
    notAdvised,
    health,
    ...(warnings === undefined ? {} : { warnings }),
    ...(noVerdict === undefined ? {} : { noVerdict }),
  }
}
