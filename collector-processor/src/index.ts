/** The optimizer as a library. */
export { type Cycle, runCycle } from './cycle.ts'
export type { Emitter } from './emitters/emitter.ts'
export { type PrometheusClient, prometheusClient } from './prometheus/client.ts'
export type { Estimate, NotAdvised, Recommendation, Report, Saving } from './recommendation/recommendation.ts'
export { discoverRules, type NamedRule, type Rule } from './rules/rule.ts'
export { parseSettings, type Settings, SettingsError, type SettingsInput } from './settings.ts'
export type { RunningServer, ServerName, Stack, StackOptions } from './servers/stack.ts'
export { startStack } from './servers/start-stack.ts'
