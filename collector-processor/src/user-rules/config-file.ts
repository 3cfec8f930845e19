import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { NamedRule } from '../rules/rule.ts'
import { type SettingsInput, settingVariables } from '../settings.ts'

/** A decision about recommendations: those that have all of the given fields; at least one of `id`, `rule`, `service`, `subject`. */
export interface DecisionEntry {
  readonly id?: string
  readonly rule?: string
  readonly service?: string
  readonly subject?: string
  /** Why; asked for where something is dismissed. */
  readonly reason?: string
  /** Who decided. Default `configuration`. */
  readonly by?: string
}

/** What a configuration file exports by default. */
export interface Configuration {
  /** Environment variables and options of the command line win over these. */
  readonly settings?: SettingsInput
  /** Judge beside Pitwall's own rules. */
  readonly rules?: readonly NamedRule[]
  /** Recommendations that will be followed: they stay in the plan and are shown as accepted. */
  readonly accepted?: readonly DecisionEntry[]
  /** Recommendations that are not wanted: they are listed as dismissed with the reason, raise no alert, and are in no plan. */
  readonly dismissed?: readonly DecisionEntry[]
}

/** A configuration file that cannot be used: its message is one sentence. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

const names = ['pitwall.config.ts', 'pitwall.config.mjs', 'pitwall.config.js'] as const

/** Gives a configuration its type in editors; returns it as it is. */
export function defineConfig(configuration: Configuration): Configuration {
  return configuration
}

/**
 * Runs the configuration file that was asked for, else `pitwall.config.ts`, `.mjs` or `.js` of the working directory; an empty
 * configuration where there is none. Node strips the types. Rejects with a `ConfigurationError`.
 */
export async function readConfiguration(asked: string | undefined): Promise<Configuration> {
  const file = asked ?? names.find((name) => existsSync(name))
  if (file === undefined) return {}
  let content: { readonly default?: unknown }
  try {
    content = await import(pathToFileURL(resolve(file)).href)
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new ConfigurationError(`${file} cannot be used (${reason}).`, { cause: error })
  }
  return checked(content.default, file)
}

/** Settings of a configuration that no environment variable sets. */
export function settingsBelow(environment: Readonly<Record<string, string | undefined>>, { settings = {} }: Configuration): SettingsInput {
  const variables = new Map(Object.entries(settingVariables))
  return Object.fromEntries(Object.entries(settings).filter(([setting]) => (environment[variables.get(setting) ?? ''] ?? '') === ''))
}

function checked(value: unknown, file: string): Configuration {
  if (!isObject(value)) throw new ConfigurationError(`${file} must export a configuration by default: export default defineConfig({ … }).`)
  const unknown = Object.keys(value).find((key) => !fields.includes(key))
  if (unknown !== undefined)
    throw new ConfigurationError(`${file} has '${unknown}', which is no field; the fields are ${fields.join(', ')}.`)
  const { settings = {}, rules = [], accepted = [], dismissed = [] } = value
  if (!isObject(settings)) throw new ConfigurationError(`${file}: settings must be an object.`)
  if (!Array.isArray(rules) || !rules.every(isRule)) {
    throw new ConfigurationError(`${file}: rules must be a list of rules, each with an id, questions and evaluate().`)
  }
  return { settings, rules, accepted: decisions(accepted, 'accepted', file), dismissed: decisions(dismissed, 'dismissed', file) }
}

const fields = ['settings', 'rules', 'accepted', 'dismissed']
const decisionFields = ['id', 'rule', 'service', 'subject', 'reason', 'by']

function decisions(value: unknown, field: string, file: string): readonly DecisionEntry[] {
  const isEntry = (entry: unknown): entry is DecisionEntry =>
    isObject(entry) &&
    Object.entries(entry).every(([key, text]) => decisionFields.includes(key) && typeof text === 'string' && text !== '') &&
    ['id', 'rule', 'service', 'subject'].some((key) => key in entry) &&
    (field === 'accepted' || 'reason' in entry)
  if (Array.isArray(value) && value.every(isEntry)) return value
  const reason = field === 'accepted' ? '' : ', with a reason'
  throw new ConfigurationError(
    `${file}: ${field} must be a list of { ${decisionFields.join(', ')} }, each text, one of the first four at least${reason}.`,
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isRule(value: unknown): value is NamedRule {
  if (!isObject(value) || typeof value['id'] !== 'string' || !/^[a-z0-9][a-z0-9-]*$/.test(value['id'])) return false
  const isComplete = ['title', 'effort', 'subjectKind', 'runbook'].every((field) => typeof value[field] === 'string')
  const answers = ['evaluate', 'appliedAt', 'cost'].every((method) => typeof value[method] === 'function')
  return isComplete && answers && Array.isArray(value['questions']) && Array.isArray(value['costQuestions'])
}
