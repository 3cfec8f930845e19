import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { NamedRule } from '../rules/rule.ts'
import { type SettingsInput, settingVariables } from '../settings.ts'

/** What a configuration file exports by default. */
export interface Configuration {
  /** Environment variables and options of the command line win over these. */
  readonly settings?: SettingsInput
  /** Judge beside Pitwall's own rules. */
  readonly rules?: readonly NamedRule[]
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
  const unknown = Object.keys(value).find((key) => key !== 'rules' && key !== 'settings')
  if (unknown !== undefined) throw new ConfigurationError(`${file} has '${unknown}', which is no field; the fields are settings and rules.`)
  const { settings = {}, rules = [] } = value
  if (!isObject(settings)) throw new ConfigurationError(`${file}: settings must be an object.`)
  if (!Array.isArray(rules) || !rules.every(isRule)) {
    throw new ConfigurationError(`${file}: rules must be a list of rules, each with an id, questions and evaluate().`)
  }
  return { settings, rules }
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
